import { randomBytes, sha256 } from '@coffer/crypto';
import {
  hashHead,
  proofFoundations,
  signedStatementToJson,
  signRepositoryStatement,
  signVaultStatement,
  type Head,
  type ProofOfRestorability,
  type SignedStatementText,
} from '@coffer/evidence';
import { fromBase64Url, systemClock, toBase64Url } from '@coffer/foundation';
import type { Answer, TestDevice } from './test-device';

/** One found object as the vault lists it. */
export interface ListedObject {
  readonly objectId: string;
  readonly provider: string;
  readonly location: string;
  readonly path: string;
  readonly name: string;
  readonly version: string | null;
  readonly kind: string;
  readonly sizeBytes: number;
  readonly modifiedAt: string;
  readonly sha256: string | null;
  readonly state: string;
  readonly bucket: string;
  readonly reason: string | null;
}

/** The purge as the vault tells it. */
export interface ListedJob {
  readonly state: string;
  readonly reason: string | null;
  readonly found: { readonly objects: number };
  readonly counts: Readonly<Record<'waiting' | 'kept' | 'failed' | 'done', { readonly objects: number }>>;
  readonly certificates: readonly string[];
}

/** A sealed object that was uploaded. */
export interface SealedObject {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: Uint8Array;
}

/** What a device with a repository does beyond keyslots. */
export class RepositoryDevice {
  readonly device: TestDevice;
  readonly repositoryId = randomBytes(16);
  head: Head | null = null;
  /** Config and keyring, uploaded with the first backup. */
  foundations: readonly SealedObject[] = [];
  #grants = new Map<string, string>();

  constructor(device: TestDevice) {
    this.device = device;
  }

  /** An account with a proven keyslot and a repository. */
  static async claim(device: TestDevice): Promise<RepositoryDevice> {
    const claimed = new RepositoryDevice(device);
    const keyslot = await device.activateDigits();
    if (keyslot.status !== 201) throw new Error(`no keyslot: ${keyslot.text}`);
    const made = await claimed.create();
    if (made.status !== 201) throw new Error(`no repository: ${made.text}`);
    return claimed;
  }

  get base(): string {
    return `/v1/repositories/${toBase64Url(this.repositoryId)}`;
  }

  async create(keyId: Uint8Array = this.device.keyId): Promise<Answer> {
    const signed = await this.device.statement('create-repository', { repositoryId: this.repositoryId, keyId });
    return this.device.call('POST', '/v1/repositories', signed);
  }

  /** The head that follows the current one, changed as told. */
  nextHead(change: Partial<Head> = {}): Head {
    const { head } = this;
    return {
      v: 1,
      repositoryId: this.repositoryId,
      keyId: this.device.keyId,
      keyringVersion: 1,
      epoch: 1,
      generation: (head?.generation ?? 0) + 1,
      previous: head === null ? null : hashHead(head),
      pruneGeneration: head?.pruneGeneration ?? 0,
      snapshotId: `snapshot-${(head?.generation ?? 0) + 1}`,
      snapshotSha256: randomBytes(32),
      ...change,
    };
  }

  signHead(head: Head): SignedStatementText {
    const { repositoryId, keyId } = head;
    return signedStatementToJson(
      signRepositoryStatement(this.device.owner, { purpose: 'head', repositoryId, keyId }, head),
    );
  }

  get condition(): Readonly<Record<string, string>> {
    return this.head === null ? { 'if-none-match': '*' } : { 'if-match': `"${toBase64Url(hashHead(this.head))}"` };
  }

  async putHead(head: Head = this.nextHead(), condition = this.condition): Promise<Answer> {
    const answer = await this.device.call('PUT', `${this.base}/head`, this.signHead(head), condition);
    if (answer.status === 200) this.head = head;
    return answer;
  }

  async grant(permission: 'read' | 'create'): Promise<string> {
    const known = this.#grants.get(permission);
    if (known !== undefined) return known;
    const body =
      permission === 'read'
        ? { permission }
        : await this.device.statement('create-grant', { repositoryId: this.repositoryId });
    const answer = await this.device.call<{ grant: string }>('POST', `${this.base}/grants`, body);
    if (answer.status !== 201) throw new Error(`no grant: ${answer.text}`);
    this.#grants.set(permission, answer.body.grant);
    return answer.body.grant;
  }

  /** Uploads bytes; `announced` may lie about their hash. */
  async put(path: string, bytes: Uint8Array, announced: Uint8Array = sha256(bytes)): Promise<Answer> {
    return this.device.send('PUT', `${this.base}/objects/${path}`, bytes, {
      'content-type': 'application/octet-stream',
      'coffer-grant': await this.grant('create'),
      'coffer-content-sha256': toBase64Url(announced),
    });
  }

  async get(path: string, range?: string): Promise<Response> {
    return this.device.fetch('GET', `${this.base}/objects/${path}`, {
      'coffer-grant': await this.grant('read'),
      ...(range === undefined ? {} : { range }),
    });
  }

  /** Uploads sealed objects of random bytes and a head over them. */
  async backUp(paths: readonly string[]): Promise<readonly SealedObject[]> {
    if (this.foundations.length === 0) this.foundations = await this.#upload(proofFoundations(this.nextHead()));
    const objects = await this.#upload(paths);
    const answer = await this.putHead();
    if (answer.status !== 200) throw new Error(`no head: ${answer.text}`);
    return objects;
  }

  async #upload(paths: readonly string[]): Promise<readonly SealedObject[]> {
    const objects: SealedObject[] = [];
    for (const path of paths) {
      const bytes = randomBytes(1000 + objects.length);
      const answer = await this.put(path, bytes);
      if (answer.status !== 201) throw new Error(`no upload: ${answer.text}`);
      objects.push({ path, sizeBytes: bytes.length, sha256: sha256(bytes) });
    }
    return objects;
  }

  async purge(): Promise<ListedJob> {
    return (await this.device.call<ListedJob>('GET', '/v1/purge')).body;
  }

  async objects(): Promise<readonly ListedObject[]> {
    return (await this.device.call<{ objects: readonly ListedObject[] }>('GET', '/v1/purge/objects')).body.objects;
  }

  /** A proof that says of each plaintext copy that all of `needed` give back its bytes, over config and keyring. */
  proofOf(
    needed: readonly SealedObject[],
    plaintext: readonly { readonly listed: ListedObject; readonly sha256: Uint8Array }[],
  ): ProofOfRestorability {
    const sealed = [...this.foundations, ...needed];
    return {
      v: 1,
      repositoryId: this.repositoryId,
      keyId: this.device.keyId,
      headHash: hashHead(this.head!),
      snapshotId: this.head!.snapshotId,
      samplePercent: 100,
      createdAtMs: systemClock.nowMs(),
      counts: { objects: sealed.length, bytes: 1, files: plaintext.length, conversations: 0, messages: 0 },
      objects: sealed,
      items: plaintext.map(({ listed, sha256: hash }) => ({
        ...{ provider: listed.provider, location: listed.location, objectId: listed.objectId },
        ...{ version: listed.version ?? '', sizeBytes: listed.sizeBytes, sha256: hash, itemPath: listed.path },
        objects: sealed.map((_object, index) => index),
      })),
    };
  }

  async signProof(proof: ProofOfRestorability, change: { readonly generation?: number } = {}) {
    const { accountId, vaultId } = await this.device.account();
    const { nonce } = (await this.device.call<{ nonce: string }>('POST', '/v1/proofs/nonces')).body;
    const fields = {
      ...{ purpose: 'proof' as const, vaultId: fromBase64Url(vaultId), account: accountId, generation: 1 },
      ...{ serial: 0, previousSerial: 0, challenge: fromBase64Url(nonce), expiresAtMs: systemClock.nowMs() + 60_000 },
      ...change,
    };
    return signedStatementToJson(signVaultStatement(this.device.owner, fields, proof));
  }

  async prove(proof: ProofOfRestorability): Promise<Answer> {
    return this.device.call('POST', '/v1/proofs', await this.signProof(proof));
  }

  async startPurge(graceSeconds: number | null = null): Promise<Answer> {
    const signed = await this.device.statement('start-purge', { consentAtMs: systemClock.nowMs(), graceSeconds });
    return this.device.call('POST', '/v1/purge/start', signed);
  }
}
