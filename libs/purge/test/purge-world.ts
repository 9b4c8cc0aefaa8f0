import { createHash } from 'node:crypto';

import { certificateDetails, encodeCertificateBody, type CertificateBody } from '@coffer/evidence';
import { fakeClock, seed, type FakeClock } from '@coffer/test-kit';

import {
  canMove,
  ConnectorError,
  copyKey,
  CopyKind,
  defaultPurgeSettings,
  firstRound,
  holdsBackup,
  PurgeError,
  quarantineObject,
  runPurgeStep,
  type AcceptedProof,
  type AccountStanding,
  type ConnectorPort,
  type DeleteOutcome,
  type FoundObject,
  type PurgeChanges,
  type PurgeJob,
  type PurgeLease,
  type PurgeObject,
  type PurgePorts,
  type PurgeRows,
  type PurgeSettings,
  type PurgeStepResult,
  type SignedCertificate,
} from '../src/index';

/** The process that ran the step is gone. */
export class Crash extends Error {}

/** One copy at the provider, as it really is. */
export interface Copy {
  readonly path: string;
  readonly copyId: string;
  readonly kind: CopyKind;
  content: string;
  version: string;
  modifiedMs: number;
  lockedUntilMs?: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Standing = Writable<Omit<AccountStanding, 'mandate'>> & { mandate: Writable<AccountStanding['mandate']> };

export const account = '01900000-0000-7000-8000-000000000001';
const place = { provider: 'cloud', location: 'sam' };
export const testSettings: PurgeSettings = { ...defaultPurgeSettings, listingGapMs: 60_000, backOffMs: 1000 };

export const hashOf = (content: string): Uint8Array => new Uint8Array(createHash('sha256').update(content).digest());

/**
 * A provider, a repository and a vault in memory, which know what is really so: at every delete the world itself checks, by its own
 * reading of docs/purge.md, whether the object might go.
 */
export class PurgeWorld {
  #ids = 0;
  readonly clock: FakeClock = fakeClock();
  readonly settings: PurgeSettings = testSettings;
  readonly copies: Copy[] = [];
  readonly proofs: AcceptedProof[] = [];
  /** Sealed objects by path; the value is what they hold. */
  readonly sealed = new Map<string, string>();
  readonly certificates: SignedCertificate[] = [];
  readonly events: { kind: string; objectId?: unknown }[] = [];
  readonly notices: string[] = [];
  readonly deletes: Copy[] = [];
  /** What a device reported as unreadable, by row: the content that was there then. */
  readonly reports = new Map<string, string>();
  /** What went although it might not have gone. */
  readonly wrongs: string[] = [];
  readonly standing: Standing;
  isRepositoryThere = true;
  /** Code of the error that the provider throws; undefined: it works. */
  trouble: 'unreachable' | 'throttled' | 'needs-auth' | 'access-denied' | undefined;
  /** A location that cannot be listed. */
  brokenLocation: string | undefined;
  /** Deleted copies stay listed for so long. */
  listLagMs = 0;
  /** Called before every call of a port that reads or writes; may crash or change the world. */
  before: (call: string) => Promise<void> | void = () => undefined;
  /** Called after it. */
  after: (call: string) => void = () => undefined;
  commits = 0;
  /** How often the running step has read where the account stands; the second time is right before a delete. */
  readings = 0;
  token = 1;
  job: PurgeJob = firstRound(account, this.newId(), [place]);
  objects: PurgeObject[] = [];
  #ghosts: { found: FoundObject; untilMs: number }[] = [];

  constructor() {
    this.standing = {
      mandate: { consentAtMs: null, start: null, stoppedAtMs: null },
      ownerGeneration: 1,
      keyIdHex: '00000000000000a1',
      ownerKeyBoundAtMs: this.clock.nowMs() - 30 * 86_400_000,
      provenKeyslots: 1,
      isNewStartPending: false,
      isSealed: false,
      lastKeyEventAtMs: null,
    };
  }

  newId(): string {
    this.#ids += 1;
    return `01900000-0000-7000-8000-${(0xb0000 + this.#ids).toString(16).padStart(12, '0')}`;
  }

  write(path: string, content: string, copyId = '', kind: CopyKind = CopyKind.current): Copy {
    const version = `v${this.newId().slice(-5)}`;
    const there = this.copies.find((copy) => copy.path === path && copy.copyId === copyId);
    if (there !== undefined) {
      Object.assign(there, { content, version, modifiedMs: this.clock.nowMs() });
      return there;
    }
    const copy: Copy = { path, copyId, kind, content, version, modifiedMs: this.clock.nowMs() };
    this.copies.push(copy);
    return copy;
  }

  /** A device takes the content into the backup, and its proof is accepted. */
  prove(content: string): void {
    const path = `packs/${content}`;
    this.sealed.set(path, `sealed ${content}`);
    this.proofs.push({
      proofId: this.newId(),
      proofHash: hashOf(`proof ${this.proofs.length}`),
      acceptedAtMs: this.clock.nowMs(),
      repositoryId: 'repository',
      keyIdHex: this.standing.keyIdHex ?? '',
      ownerGeneration: this.standing.ownerGeneration,
      sha256: hashOf(content),
      sizeBytes: content.length,
      ciphertext: [{ path, sizeBytes: `sealed ${content}`.length, sha256: hashOf(`sealed ${content}`) }],
    });
  }

  start(graceSeconds: number | null = null): void {
    const atMs = this.clock.nowMs();
    this.standing.mandate = {
      consentAtMs: atMs,
      start: { atMs, ownerGeneration: this.standing.ownerGeneration, graceSeconds },
      stoppedAtMs: null,
    };
  }

  /** The vault takes a device's report about a row. */
  report(object: PurgeObject): void {
    const { path, copyId, version } = object.found;
    const copy = this.copies.find((there) => there.path === path && there.copyId === copyId);
    const isThese = copy !== undefined && copy.version === version;
    const kept = { ...quarantineObject(object, 'not-a-backup'), revision: object.revision + 1 };
    if (isThese) this.reports.set(object.objectId, copy.content);
    this.objects = this.objects.map((other) => (other.objectId === object.objectId ? kept : other));
  }

  stop(): void {
    this.standing.mandate.stoppedAtMs = this.clock.nowMs();
  }

  rotateKey(): void {
    this.standing.ownerGeneration += 1;
    this.standing.keyIdHex = `00000000000000a${this.standing.ownerGeneration % 10}`;
    this.standing.ownerKeyBoundAtMs = this.clock.nowMs();
    this.standing.lastKeyEventAtMs = this.clock.nowMs();
  }

  /** A new worker takes the account over. */
  lease(): PurgeLease {
    this.token += 1;
    return { accountId: account, fencingToken: this.token };
  }

  step(lease: PurgeLease = this.lease()): Promise<PurgeStepResult> {
    this.readings = 0;
    return runPurgeStep(lease, this.ports, { settings: this.settings });
  }

  /** Steps until there is nothing to do, letting time pass where that is all that is missing. @returns what was done, in order */
  async run(untilMs = Number.POSITIVE_INFINITY, most = 2000): Promise<readonly string[]> {
    const did: string[] = [];
    for (let round = 0; round < most; round++) {
      const result = await this.step();
      did.push(result.did);
      if (result.nextAtMs === null || result.nextAtMs > untilMs) {
        if (Number.isFinite(untilMs)) this.clock.setMs(Math.max(untilMs, this.clock.nowMs()));
        return did;
      }
      if (result.nextAtMs > this.clock.nowMs()) this.clock.setMs(result.nextAtMs);
    }
    throw new RangeError(`not done after ${most} steps: ${did.slice(-12).join()}`);
  }

  state(path: string, copyId = ''): string {
    const object = this.objects.find(({ found }) => found.path === path && found.copyId === copyId);
    return object === undefined ? 'unknown' : `${object.state}${object.reason === null ? '' : `: ${object.reason}`}`;
  }

  readonly rows: PurgeRows = {
    load: (lease) => this.#call('load', () => ({ job: this.job, objects: [...this.#fenced(lease)] })),
    commit: (lease, changes) => this.#call('commit', () => this.#store(lease, changes)),
  };

  readonly connector: ConnectorPort = {
    inventory: (location) => this.#inventory(location),
    listAgain: (location) =>
      this.#call('listAgain', () => ({ found: this.#listed(location), requestId: this.newId() })),
    sha256: (found) =>
      this.#call('sha256', () => {
        const copy = this.#find(found);
        return { sha256: hashOf(copy.content), sizeBytes: copy.content.length };
      }),
    delete: (found, expected) => this.#call('delete', () => this.#delete(found, expected.version)),
  };

  readonly ports: PurgePorts = {
    clock: this.clock,
    rows: this.rows,
    accounts: { standing: () => this.#call('standing', () => structuredClone(this.standing)) },
    proofs: {
      find: (_account, sha256, sizeBytes) =>
        this.#call('find', () =>
          this.proofs.findLast((proof) => proof.sizeBytes === sizeBytes && Buffer.compare(proof.sha256, sha256) === 0),
        ),
    },
    repositories: {
      measure: (_repository, path) =>
        this.#call('measure', () => {
          const content = this.#sealed(path);
          return content === undefined ? undefined : { sizeBytes: content.length, sha256: hashOf(content) };
        }),
      sizeOf: (_repository, path) => this.#call('sizeOf', () => this.#sealed(path)?.length),
    },
    connector: (provider) => (provider === place.provider ? this.connector : undefined),
    signer: {
      vaultId: seed('vault', 16),
      newPathSalt: () => seed(this.newId(), 16),
      sign: async (body: CertificateBody) => Buffer.from(encodeCertificateBody(body)).toString('hex'),
    },
    newId: () => this.newId(),
    random: () => 0.5,
  };

  async #call<T>(name: string, work: () => T): Promise<T> {
    if (name === 'standing') this.readings += 1;
    await this.before(name);
    const result = work();
    this.after(name);
    return result;
  }

  #fenced(lease: PurgeLease): readonly PurgeObject[] {
    if (lease.fencingToken !== this.token) throw new PurgeError('fenced-out', 'another worker holds it');
    return this.objects;
  }

  #store(lease: PurgeLease, changes: PurgeChanges): void {
    const objects = [...this.#fenced(lease)];
    for (const changed of changes.objects) {
      const at = objects.findIndex(({ objectId }) => objectId === changed.objectId);
      const isTaken = objects.some((other, index) => index !== at && copyKey(other.found) === copyKey(changed.found));
      if ((objects[at]?.revision ?? 0) !== changed.revision || isTaken) throw new PurgeError('conflict', 'changed');
      const from = objects[at]?.state ?? 'discovered';
      if (!canMove(from, changed.state)) this.wrongs.push(`stored ${from} -> ${changed.state}`);
      objects.splice(at < 0 ? objects.length : at, at < 0 ? 0 : 1, { ...changed, revision: changed.revision + 1 });
    }
    this.objects = objects;
    this.job = changes.job ?? this.job;
    for (const event of changes.events) this.events.push({ kind: event.kind, objectId: event.details['objectId'] });
    this.notices.push(...changes.notices.map(({ kind }) => kind));
    if (changes.certificate !== undefined) {
      this.certificates.push(changes.certificate);
      if (certificateDetails(changes.certificate.body).purgeId !== changes.certificate.certificateId) {
        this.wrongs.push('a certificate under another id');
      }
    }
    this.commits += 1;
  }

  async *#inventory(location: string): AsyncGenerator<FoundObject, void> {
    yield* await this.#call('inventory', () => this.#listed(location));
  }

  #listed(location: string): readonly FoundObject[] {
    this.#requireCalm();
    if (location === this.brokenLocation) throw new ConnectorError('unreachable', 'the location is out of reach');
    const now = this.clock.nowMs();
    this.#ghosts = this.#ghosts.filter(({ untilMs }) => untilMs > now);
    const live = this.copies.map((copy) => this.found(copy));
    const ghosts = this.#ghosts
      .map(({ found }) => found)
      .filter((ghost) => !live.some((found) => copyKey(found) === copyKey(ghost)));
    return location === place.location ? [...live, ...ghosts] : [];
  }

  found(copy: Copy): FoundObject {
    return {
      ...place,
      providerObjectId: copy.path,
      copyId: copy.copyId,
      version: copy.version,
      kind: copy.kind,
      path: copy.path,
      name: copy.path,
      sizeBytes: copy.content.length,
      modifiedMs: copy.modifiedMs,
      etag: copy.version,
      verdict: copy.content.startsWith('?') ? 'unrecognised' : 'plaintext-backup',
      ...(copy.lockedUntilMs === undefined ? {} : { lockedUntilMs: copy.lockedUntilMs }),
      ...(copy.kind === CopyKind.replica ? { retainedElsewhere: 'other-bucket' } : {}),
    };
  }

  #requireCalm(): void {
    if (this.trouble !== undefined) throw new ConnectorError(this.trouble, 'trouble at the provider');
  }

  #find(found: FoundObject): Copy {
    this.#requireCalm();
    const copy = this.copies.find(({ path, copyId }) => path === found.path && copyId === found.copyId);
    if (copy === undefined) throw new ConnectorError('absent', 'it is not there');
    if (copy.version !== found.version) throw new ConnectorError('changed', 'another version is there');
    return copy;
  }

  #sealed(path: string): string | undefined {
    if (!this.isRepositoryThere) throw new ConnectorError('unreachable', 'the repository is out of reach');
    return this.sealed.get(path);
  }

  #delete(found: FoundObject, version: string): DeleteOutcome {
    this.#requireCalm();
    const copy = this.copies.find(({ path, copyId }) => path === found.path && copyId === found.copyId);
    if (copy === undefined) return { outcome: 'absent', requestId: this.newId() };
    if (copy.version !== version) return { outcome: 'changed' };
    const now = this.clock.nowMs();
    if ((copy.lockedUntilMs ?? 0) > now) return { outcome: 'locked', untilMs: copy.lockedUntilMs ?? 0 };
    this.wrongs.push(...this.#objections(copy, found));
    this.copies.splice(this.copies.indexOf(copy), 1);
    this.deletes.push(copy);
    this.#ghosts.push({ found, untilMs: now + this.listLagMs });
    return { outcome: 'deleted', requestId: this.newId() };
  }

  /** The world's own reading of the four conditions, at the moment of a delete. */
  #objections(copy: Copy, found: FoundObject): readonly string[] {
    const { mandate, ownerGeneration, keyIdHex, provenKeyslots, lastKeyEventAtMs } = this.standing;
    const now = this.clock.nowMs();
    const objections: string[] = [];
    const object = this.objects.find((row) => copyKey(row.found) === copyKey(found));
    if (copy.kind === CopyKind.replica) objections.push('out of reach');
    if (mandate.stoppedAtMs !== null) objections.push('stopped');
    if (mandate.consentAtMs === null || mandate.start === null) objections.push('not started');
    if (mandate.start !== null && mandate.start.ownerGeneration !== ownerGeneration)
      objections.push('started by another');
    if (mandate.start !== null && mandate.start.atMs <= (lastKeyEventAtMs ?? -1)) objections.push('started before');
    if (provenKeyslots < 1) objections.push('no keyslot');
    if (this.standing.isNewStartPending || this.standing.isSealed) objections.push('account on hold');
    if (!holdsBackup(copy.kind)) {
      const others = this.objects.filter((row) => row.found.path === copy.path && holdsBackup(row.found.kind));
      if (others.some(({ state, found: { kind } }) => state !== 'purged' && kind !== CopyKind.replica)) {
        objections.push('marker before its path');
      }
      return objections.map((text) => `${copy.path}: ${text}`);
    }
    const isReleased =
      object?.release != null &&
      object.release.ownerGeneration === ownerGeneration &&
      Buffer.compare(object.release.sha256, hashOf(copy.content)) === 0;
    const isProven = this.proofs.some(
      (proof) =>
        Buffer.compare(proof.sha256, hashOf(copy.content)) === 0 &&
        proof.keyIdHex === keyIdHex &&
        proof.ownerGeneration === ownerGeneration,
    );
    if (!isReleased && copy.content.startsWith('?')) objections.push('kept by rule');
    if (!isReleased && object !== undefined && this.reports.get(object.objectId) === copy.content) {
      objections.push('kept for a device could not read it');
    }
    if (!isReleased && !isProven) objections.push('its bytes are in no backup');
    if (!isReleased && this.sealed.get(`packs/${copy.content}`) !== `sealed ${copy.content}`) {
      objections.push('the ciphertext is gone');
    }
    const graceMs = Math.max(this.settings.graceMs, (mandate.start?.graceSeconds ?? 0) * 1000);
    if (mandate.start !== null && now < mandate.start.atMs + graceMs) objections.push('in grace');
    return objections.map((text) => `${copy.path}: ${text}`);
  }
}
