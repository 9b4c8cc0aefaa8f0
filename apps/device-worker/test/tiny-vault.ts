import { Repository, repositoryStore, type CurrentHead, type HeadKeeper } from '@coffer/backup-engine';
import { nodePlatform } from '@coffer/backup-engine/node';
import {
  problemKinds,
  problemMediaType,
  problemType,
  type Deployment,
  type PasskeyWrap,
  type ProblemCode,
} from '@coffer/contracts';
import {
  createOpaqueRegistrationResponse,
  createOpaqueServerSetup,
  decodeKe1,
  decodeKe3,
  decodeRegistrationRecord,
  decodeRegistrationRequest,
  defaultArgon2Parameters,
  finishOpaqueLogin,
  opaqueIdentities,
  opaqueServerPublicKey,
  randomBytes,
  sha256,
  startOpaqueLogin,
  type OpaqueLoginState,
  type RegistrationRecord,
} from '@coffer/crypto';
import {
  deriveKeyId,
  deriveOwnerKey,
  finishPasswordRegistration,
  formatDigits,
  generateBackupKey,
  preparePassword,
  sealBackupKey,
  startPasswordRegistration,
} from '@coffer/device-crypto';
import {
  signedStatementFromJson,
  signedStatementToJson,
  verifyVaultStatement,
  type LedgerEventKind,
  type ProofOfRestorability,
  type SignedStatement,
} from '@coffer/evidence';
import { fromBase64Url, newUuid, toBase64Url, toHex, toRfc3339, type Clock } from '@coffer/foundation';
import { MemoryObjectStore } from '@coffer/object-store';
import { TinyLedger } from './tiny-ledger';
import { writeSnapshot, type SampleChat } from './write-snapshot';

const issuer = 'https://login.example';
const subject = 'sam';
const accountId = newUuid();
const serial = 41;
const grant = 'grant-of-the-tiny-vault';

/** What the vault answers in place of what it should. */
export type Interference = (request: Request) => Response | undefined | Promise<Response | undefined>;

/**
 * The routes of a vault that a reading device meets, over a real OPAQUE server, a real repository and a guess budget without
 * delays. It answers one account and checks no token: that is the portal's and the real vault's part.
 */
export class TinyVault {
  readonly requests: string[] = [];
  readonly accountId = accountId;
  readonly store = new MemoryObjectStore();
  readonly backupKey = generateBackupKey();
  readonly digits = formatDigits(this.backupKey);
  readonly repositoryIdBytes = randomBytes(16);
  readonly repositoryId = toBase64Url(this.repositoryIdBytes);
  readonly keyIdHex = toHex(deriveKeyId(this.backupKey));
  readonly vaultId = toBase64Url(randomBytes(16));
  deployment!: Deployment;
  remaining = 10;
  head: SignedStatement | null = null;
  interference: Interference | undefined;
  /** As the vault lists them. */
  passkeys: PasskeyWrap[] = [];
  /** Proofs of restorability that the owner signed, in their order. */
  readonly proofs: ProofOfRestorability[] = [];
  readonly ledger = new TinyLedger(accountId, fromBase64Url(this.vaultId));
  readonly #clock: Clock;
  readonly #salt = randomBytes(32);
  readonly #logins = new Map<string, OpaqueLoginState>();
  #setup!: Awaited<ReturnType<typeof createOpaqueServerSetup>>;
  #record!: RegistrationRecord;
  #sealedBackupKey = '';

  private constructor(clock: Clock) {
    this.#clock = clock;
  }

  static async create(password: string, backups: readonly (readonly SampleChat[])[], clock: Clock): Promise<TinyVault> {
    const vault = new TinyVault(clock);
    await vault.#register(password);
    const repository = await Repository.create(
      {
        store: repositoryStore(vault.store, vault.repositoryIdBytes),
        // The engine takes its own copy: a device that locks wipes its key.
        backupKey: vault.backupKey.slice() as typeof vault.backupKey,
        platform: nodePlatform,
        headKeeper: vault.#headKeeper(),
        clock,
      },
      vault.repositoryIdBytes,
    );
    for (const chats of backups) await writeSnapshot(repository, chats, 'Pixel');
    return vault;
  }

  /** For `createVaultClient`. */
  readonly fetch: typeof fetch = async (input, init) => this.handle(new Request(input, init));

  async handle(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    this.requests.push(`${request.method} ${pathname}`);
    const interfered = await this.interference?.(request);
    if (interfered !== undefined) return interfered;
    const path = pathname.replace(/^\/v1\//, '');
    if (request.method === 'POST') return this.#post(path, await request.text());
    if (path.startsWith('ledger/')) return (await this.ledger.handle(new URL(request.url))) ?? problem('not-found');
    const objects = `repositories/${this.repositoryId}/objects`;
    if (path === objects) return this.#list(new URL(request.url).searchParams.get('prefix') ?? '');
    if (path.startsWith(`${objects}/`)) {
      const name = path.slice(objects.length + 1);
      return request.method === 'PUT' ? this.#put(name, await request.bytes()) : this.#object(request, name);
    }
    switch (path) {
      case 'account':
        return json({
          accountId,
          issuer,
          subject,
          vaultId: this.vaultId,
          ownerGeneration: 1,
          keyId: this.keyIdHex,
          ownerPublicKey: toBase64Url(deriveOwnerKey(this.backupKey).publicKey),
          createdAt: toRfc3339(0),
        });
      case 'budget':
        return json({ attemptsRemaining: this.remaining, nextAttemptAt: null });
      case 'repositories':
        return json({
          repositories: [{ repositoryId: this.repositoryId, keyId: this.keyIdHex, createdAt: toRfc3339(0) }],
        });
      case 'keyslots':
        return json({ keyslots: ['digits', 'password'].map((kind) => this.#keyslot(kind)) });
      case 'keyslots/passkeys':
        return json({ passkeys: this.passkeys });
      case `repositories/${this.repositoryId}/head`:
        return json({ head: this.head === null ? null : signedStatementToJson(this.head) }, { etag: '"1"' });
      default:
        return problem('not-found');
    }
  }

  async #post(path: string, body: string): Promise<Response> {
    if (path === `repositories/${this.repositoryId}/grants`) {
      const expiresAt = toRfc3339(this.#clock.nowMs() + 900_000);
      return json({ grant, kind: 'gateway', permission: 'read', expiresAt }, {}, 201);
    }
    if (path === 'challenges') {
      const expiresAt = toRfc3339(this.#clock.nowMs() + 300_000);
      return json({ challenge: toBase64Url(randomBytes(32)), expiresAt }, {}, 201);
    }
    if (path === 'keyslots/passkeys') return this.#addPasskey(JSON.parse(body));
    if (path === 'proofs/nonces') {
      const expiresAt = toRfc3339(this.#clock.nowMs() + 86_400_000);
      return json({ nonce: toBase64Url(randomBytes(32)), expiresAt }, {}, 201);
    }
    if (path === 'proofs') return this.#addProof(JSON.parse(body));
    const { loginId, ke1, ke3 } = JSON.parse(body) as Record<'loginId' | 'ke1' | 'ke3', string>;
    if (path === 'logins') return this.#startLogin(loginId, ke1);
    const state = this.#logins.get(path.split('/')[1] ?? '');
    if (state === undefined) return problem('not-found');
    const { outcome } = await finishOpaqueLogin(state, decodeKe3(fromBase64Url(ke3)));
    if (outcome !== 'ok') return problem('wrong-guess', { attemptsRemaining: this.remaining });
    this.remaining = 10;
    const { sealedBackupKey } = { sealedBackupKey: this.#sealedBackupKey };
    return json({ sealedBackupKey, serial, keyId: this.keyIdHex, ksf, attemptsRemaining: this.remaining });
  }

  async #startLogin(loginId: string, ke1: string): Promise<Response> {
    if (this.remaining === 0) return problem('no-attempts-left', { attemptsRemaining: 0 });
    this.remaining--;
    const { state, ke2 } = await startOpaqueLogin({
      setup: this.#setup,
      salt: this.#salt,
      record: this.#record,
      ke1: decodeKe1(fromBase64Url(ke1)),
      identities: this.#identities(),
    });
    this.#logins.set(loginId, state);
    const expiresAt = toRfc3339(this.#clock.nowMs() + 120_000);
    const left = { attemptsRemaining: this.remaining, nextAttemptAt: null };
    return json({ loginId, ke2: toBase64Url(ke2), serial, ksf, ...left, expiresAt }, {}, 201);
  }

  /** What the owner signed, and nothing else. */
  #addProof(signed: unknown): Response {
    const { body } = verifyVaultStatement(signedStatementFromJson(signed), {
      purpose: 'proof',
      ...this.#signedBy(),
    });
    this.proofs.push(body);
    return json({ proofId: newUuid(), accepted: [] }, {}, 201);
  }

  #signedBy() {
    return {
      ...{ vaultId: fromBase64Url(this.vaultId), account: accountId, generation: 1 },
      ...{ ownerPublicKey: deriveOwnerKey(this.backupKey).publicKey, nowMs: this.#clock.nowMs() },
    };
  }

  #addPasskey(signed: unknown): Response {
    const { body } = verifyVaultStatement(signedStatementFromJson(signed), {
      purpose: 'activate-passkey',
      ...this.#signedBy(),
    });
    const keyslot = this.#keyslot('passkey');
    this.passkeys.push({
      ...{ keyslotId: keyslot.keyslotId, keyId: toHex(body.keyId), rpId: body.rpId },
      ...{ credentialId: toBase64Url(body.credentialId), prfSalt: toBase64Url(body.prfSalt) },
      sealedBackupKey: toBase64Url(body.sealedBackupKey),
    });
    return json(keyslot, {}, 201);
  }

  async #put(path: string, bytes: Uint8Array): Promise<Response> {
    await this.#repositoryStore().put(path, bytes);
    return json({ path, sizeBytes: bytes.length, sha256: toBase64Url(sha256(bytes)) }, {}, 201);
  }

  async #object(request: Request, path: string): Promise<Response> {
    const { sizeBytes } = (await this.#repositoryStore().head(path)) ?? {};
    if (sizeBytes === undefined) return problem('not-found');
    // As Next answers: without Content-Length.
    if (request.method === 'HEAD') return new Response(null);
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get('range') ?? '');
    const bytes = await this.#repositoryStore().get(path);
    if (range === null) return new Response(bytes, { headers: { 'content-length': String(sizeBytes) } });
    const from = Number(range[1]);
    const to = Math.min(sizeBytes, range[2] === '' ? sizeBytes : Number(range[2]) + 1);
    const headers = { 'content-range': `bytes ${from}-${to - 1}/${sizeBytes}`, 'content-length': String(to - from) };
    return new Response(bytes.slice(from, to), { status: 206, headers });
  }

  async #list(prefix: string): Promise<Response> {
    const objects: { path: string; sizeBytes: number }[] = [];
    for await (const { key, sizeBytes } of this.#repositoryStore().list(prefix)) objects.push({ path: key, sizeBytes });
    return json({ objects, nextCursor: null });
  }

  #repositoryStore() {
    return repositoryStore(this.store, this.repositoryIdBytes);
  }

  #keyslot(kind: string) {
    const provenAt = toRfc3339(0);
    return {
      keyslotId: newUuid(),
      kind,
      keyId: this.keyIdHex,
      serial: kind === 'password' ? serial : 0,
      state: 'active',
      provenAt,
    };
  }

  #headKeeper(): HeadKeeper {
    const current = (): readonly SignedStatement[] => (this.head === null ? [] : [this.head]);
    return {
      isExclusive: async () => true,
      read: current,
      replace: async (next: SignedStatement, _previous: CurrentHead | undefined) => {
        this.head = next;
        this.#log('head-replaced', { repositoryId: this.repositoryIdBytes });
      },
    };
  }

  #log(kind: LedgerEventKind, details: Readonly<Record<string, Uint8Array>>): void {
    this.ledger.record(kind, { atMs: this.#clock.nowMs(), remaining: this.remaining, serial, details });
  }

  async #register(password: string): Promise<void> {
    this.#setup = await createOpaqueServerSetup();
    const pinned = await opaqueServerPublicKey(this.#setup);
    this.deployment = {
      v: 1,
      apiUrl: 'http://vault.example',
      portalUrl: 'http://localhost:4300',
      issuer,
      clients: { cli: 'cli', portal: 'portal', dashboard: 'dashboard' },
      audience: 'urn:coffer:vault',
      vaultId: this.vaultId,
      opaqueServerPublicKey: toBase64Url(pinned),
      ledgerKey: this.ledger.verifierKey(),
      certificateKey: 'coffer.certificate/x+0123abcd+AAAA',
    };
    const prepared = preparePassword(password);
    const { request, state } = await startPasswordRegistration(prepared);
    const response = await createOpaqueRegistrationResponse({
      setup: this.#setup,
      salt: this.#salt,
      request: decodeRegistrationRequest(request),
    });
    const { record, exportKey } = await finishPasswordRegistration(state, response, {
      password: prepared,
      ksf,
      identities: this.#identities(),
      pinnedServerPublicKey: pinned,
    });
    this.#record = decodeRegistrationRecord(record);
    const keyslot = {
      account: { issuer, subject },
      serial,
      vaultId: this.vaultId,
      keyId: deriveKeyId(this.backupKey),
      ksf,
    };
    this.#sealedBackupKey = toBase64Url(sealBackupKey(exportKey, keyslot, this.backupKey));
  }

  #identities() {
    return opaqueIdentities({ issuer, subject, serial, ksf }, this.vaultId);
  }
}

const ksf = { algorithm: 'argon2id', ...defaultArgon2Parameters } as const;

function json(body: unknown, headers: Record<string, string> = {}, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

/** A refusal as the vault words it. */
export function problem(code: ProblemCode, extra: Record<string, unknown> = {}): Response {
  const { status, title } = problemKinds[code];
  const body = { type: problemType(code), title, status, code, requestId: 'r', ...extra };
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': problemMediaType } });
}
