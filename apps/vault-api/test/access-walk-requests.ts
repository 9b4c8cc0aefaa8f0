import { client, ready } from '@serenity-kit/opaque';
import type { RouteName } from '@coffer/contracts';
import { generateSigningSeed, randomBytes, sha256, signingPublicKey, type SigningSeed } from '@coffer/crypto';
import {
  encodeStatementHeader,
  hashHead,
  signRepositoryStatement,
  signedStatementFromJson,
  type CoSignedPurpose,
  type CoSignedStatementText,
  type SignedStatementText,
  type VaultBodies,
  type VaultPurpose,
} from '@coffer/evidence';
import { fromBase64Url, newUuid, systemClock, toBase64Url } from '@coffer/foundation';
import type { RepositoryDevice, SealedObject } from './repository-device';

/** What there is to be attacked: ids of one account that has everything. */
export interface WalkTarget {
  readonly owner: RepositoryDevice;
  readonly objects: readonly SealedObject[];
  readonly keyslotId: string;
  /** Of all active keyslots. */
  readonly keyslotIds: readonly string[];
  /** A registration whose record is pending. */
  readonly registration: { readonly registrationId: string; readonly serial: number };
  readonly previousSerial: number;
  /** Pending. */
  readonly newStartId: string;
  /** Finished, and past its undoing. */
  readonly settledNewStartId: string;
  /** Waiting. */
  readonly deletionId: string;
  /** Of the account's repository; any token is given one. */
  readonly readGrant: string;
}

/** Signs as the attacker can. */
export interface WalkSigner {
  readonly seed: SigningSeed;
  readonly keyId: Uint8Array;
  sign<P extends VaultPurpose>(
    purpose: P,
    body: VaultBodies[P],
    terms?: { readonly serial?: number; readonly previousSerial?: number },
  ): Promise<SignedStatementText>;
  /** As `sign`, and `next` signs the same bytes. */
  coSign<P extends CoSignedPurpose>(
    purpose: P,
    body: VaultBodies[P],
    next: SigningSeed,
    terms?: { readonly serial?: number; readonly previousSerial?: number },
  ): Promise<CoSignedStatementText>;
  head(): SignedStatementText;
}

/** One way to ask a route for what it does. */
export interface WalkRequest {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** An act of the owner on a route that a token opens otherwise: it must be refused. */
  readonly isOwnerAct?: boolean;
}

type Build = (target: WalkTarget, signer: WalkSigner) => readonly WalkRequest[] | Promise<readonly WalkRequest[]>;

const nothing: Build = () => [{}];
const staff: Build = () => [{}];

function header(signed: SignedStatementText): Readonly<Record<string, string>> {
  return { 'coffer-statement': encodeStatementHeader(signedStatementFromJson(signed)) };
}

const ofRepository = ({ owner }: WalkTarget) => ({ repositoryId: toBase64Url(owner.repositoryId) });
const objectId = newUuid();

function ksf() {
  return { algorithm: 'argon2id', memoryKiB: 65_536, iterations: 3, parallelism: 4 } as const;
}

async function ke1(): Promise<string> {
  await ready;
  return client.startLogin({ password: 'guessed' }).startLoginRequest;
}

/**
 * Every route of the API with the requests that would do harm if they were obeyed. The type asks for each route by name, and the
 * walk compares it with the OpenAPI document besides: who adds a route says here how it would be abused.
 */
export const walkRequests: Readonly<Record<RouteName, Build>> = {
  getLiveness: nothing,
  getReadiness: nothing,
  getClaims: nothing,
  getCheckpoint: nothing,
  getLedgerEntryBundle: () => [{ params: { span: '000.p/1' } }],
  getLedgerTile: () => [{ params: { level: 0, span: '000.p/1' } }],
  getConsistencyProof: () => [{ query: '?from=0&to=1' }],
  getAccount: nothing,
  createChallenge: nothing,
  listNotices: nothing,
  listLedgerEvents: () => [{ query: '?after=0' }],
  getInclusionProof: () => [{ params: { number: 1 }, query: '?size=1' }],
  getDeletion: nothing,
  askDeletion: nothing,
  cancelDeletion: async ({ deletionId }, { sign }) => [{ body: await sign('cancel-deletion', { deletionId }) }],
  deleteAccount: async (_, { sign }) => [{ headers: header(await sign('delete-account', { deletionId: newUuid() })) }],

  listKeyslots: nothing,
  activateDigits: async (_, { sign, seed, keyId }) => [
    { body: await sign('activate-digits', { ownerPublicKey: signingPublicKey(seed), keyId, kind: 'digits' }) },
  ],
  listPasskeys: nothing,
  activatePasskey: async (_, { sign, keyId }) => [
    {
      body: await sign('activate-passkey', {
        ...{ keyId, rpId: 'portal.example', credentialId: randomBytes(16) },
        ...{ prfSalt: randomBytes(32), sealedBackupKey: randomBytes(72) },
      }),
    },
  ],
  removeKeyslot: async ({ keyslotId }, { sign }) => [
    { params: { keyslotId }, headers: header(await sign('remove-keyslot', { keyslotId })) },
  ],
  openRegistration: async ({ previousSerial, newStartId, settledNewStartId }, { sign }) => {
    await ready;
    const { registrationRequest } = client.startRegistration({ password: 'mine' });
    const body = { registrationRequest: fromBase64Url(registrationRequest) };
    const headers = () => ({ 'idempotency-key': newUuid() });
    return [
      { headers: headers(), body: await sign('register-password', body, { previousSerial }), isOwnerAct: true },
      { headers: headers(), body: { registrationRequest }, isOwnerAct: true },
      { headers: headers(), body: { registrationRequest, newStartId }, isOwnerAct: true },
      { headers: headers(), body: { registrationRequest, newStartId: settledNewStartId }, isOwnerAct: true },
    ];
  },
  putRecord: async ({ registration, previousSerial }, { sign, seed, keyId }) => {
    const { registrationId, serial } = registration;
    const body = {
      ...{ registrationId, ownerPublicKey: signingPublicKey(seed), keyId, ksf: ksf() },
      ...{ record: randomBytes(192), sealedBackupKey: randomBytes(72) },
    };
    const signed = await sign('password-record', body, { serial, previousSerial });
    return [{ params: { registrationId }, body: signed }];
  },
  startConfirmation: async ({ registration }, { sign }) => {
    const { registrationId, serial } = registration;
    const [loginId, first] = [newUuid(), await ke1()];
    const body = { registrationId, loginId, ke1Hash: sha256(fromBase64Url(first)) };
    const confirm = await sign('password-confirm', body, { serial });
    return [{ params: { registrationId }, body: { loginId, ke1: first, confirm } }];
  },
  activateRegistration: ({ registration: { registrationId } }) => [
    { params: { registrationId }, body: { loginId: newUuid(), ke3: toBase64Url(randomBytes(64)) }, isOwnerAct: true },
  ],
  putRotationRecord: async ({ registration, previousSerial }, { coSign, seed }) => {
    const { registrationId, serial } = registration;
    const next = generateSigningSeed();
    const body = {
      ...{ registrationId, ownerPublicKey: signingPublicKey(seed), newOwnerPublicKey: signingPublicKey(next) },
      ...{ keyId: randomBytes(8), record: randomBytes(192), sealedBackupKey: randomBytes(72), ksf: ksf() },
    };
    const signed = await coSign('rotation-record', body, next, { serial, previousSerial });
    return [{ params: { registrationId }, body: signed }];
  },
  rotate: async ({ owner, keyslotIds }, { coSign, seed }) => {
    const [next, keyId, { repositoryId }] = [generateSigningSeed(), randomBytes(8), owner];
    const head = owner.nextHead({ keyId, keyringVersion: 2, epoch: 2 });
    const signed = signRepositoryStatement(next, { purpose: 'head', repositoryId, keyId }, head);
    const body = {
      ...{ ownerPublicKey: signingPublicKey(seed), newOwnerPublicKey: signingPublicKey(next), newKeyId: keyId },
      ...{ activated: [{ kind: 'digits' } as const], removed: keyslotIds },
      heads: [{ repositoryId, expected: head.previous, head: signed }],
    };
    return [{ body: await coSign('rotate', body, next) }];
  },
  startLogin: async () => [{ body: { loginId: newUuid(), ke1: await ke1() } }],
  finishLogin: () => [
    { params: { loginId: newUuid() }, body: { ke3: toBase64Url(randomBytes(64)) }, isOwnerAct: true },
  ],
  getBudget: nothing,
  getGuessVeto: nothing,
  setGuessVeto: async (_, { sign }) => [{ body: await sign('guess-veto', { seconds: 3600 }) }],

  getNoticeSettings: nothing,
  putNoticeSettings: () => [
    { body: { quietHours: { from: '00:00', to: '23:59', timeZone: 'UTC' }, muted: ['purge', 'reminders'] } },
  ],
  addNoticeChannel: () => [{ body: { kind: 'email', address: 'thief@example.org' } }],
  confirmNoticeChannel: () => [{ params: { channelId: newUuid() }, body: { code: '00000000' } }],
  removeNoticeChannel: () => [{ params: { channelId: newUuid() } }],
  reportKeyCheck: async (_, { sign }) => [{ body: await sign('key-check', { kind: 'digits', outcome: 'passed' }) }],

  listNewStarts: nothing,
  beginNewStart: nothing,
  cancelNewStart: async ({ newStartId }, { sign }) => [
    { params: { newStartId }, body: await sign('cancel-new-start', { newStartId }) },
  ],
  undoNewStart: async ({ settledNewStartId: newStartId }, { sign }) => [
    { params: { newStartId }, body: await sign('undo-new-start', { newStartId }) },
  ],

  listRepositories: nothing,
  createRepository: async (_, { sign, keyId }) => [
    { body: await sign('create-repository', { repositoryId: randomBytes(16), keyId }) },
  ],
  removeRepository: async (target, { sign }) => [
    {
      params: ofRepository(target),
      headers: header(await sign('remove-repository', { repositoryId: target.owner.repositoryId, pins: 0 })),
    },
  ],
  getHead: (target) => [{ params: ofRepository(target) }],
  putHead: (target, { head }) => [{ params: ofRepository(target), headers: target.owner.condition, body: head() }],
  createGrant: async (target, { sign }) => {
    const { repositoryId } = target.owner;
    return [
      { params: ofRepository(target), body: { permission: 'read' } },
      { params: ofRepository(target), body: await sign('create-grant', { repositoryId }), isOwnerAct: true },
    ];
  },
  getObject: (target) => [
    {
      params: { ...ofRepository(target), path: target.objects[0]!.path },
      headers: { 'coffer-grant': target.readGrant },
    },
  ],
  headObject: (target) => [
    {
      params: { ...ofRepository(target), path: target.objects[0]!.path },
      headers: { 'coffer-grant': target.readGrant },
    },
  ],
  putObject: (target) => {
    const bytes = randomBytes(100);
    const headers = {
      ...{ 'coffer-grant': target.readGrant, 'content-type': 'application/octet-stream' },
      'coffer-content-sha256': toBase64Url(sha256(bytes)),
    };
    return [{ params: { ...ofRepository(target), path: 'packs/1/ff/ff00' }, headers, body: bytes, isOwnerAct: true }];
  },
  listObjects: (target) => [{ params: ofRepository(target), headers: { 'coffer-grant': target.readGrant } }],
  deleteObjects: async (target, { sign }) => {
    const { repositoryId, head } = target.owner;
    const paths = target.objects.map(({ path }) => path);
    const body = { repositoryId, headHash: hashHead(head!), pruneGeneration: head!.pruneGeneration, paths };
    return [{ params: ofRepository(target), body: await sign('delete-objects', body) }];
  },
  listPins: (target) => [{ params: ofRepository(target) }],
  releasePin: async (target, { sign }) => {
    const { repositoryId } = target.owner;
    const item = { snapshotId: 'snapshot-1', itemPath: 'a', sizeBytes: 1, modifiedMs: 1, sha256: randomBytes(32) };
    return [{ params: ofRepository(target), body: await sign('release-pin', { repositoryId, ...item }) }];
  },
  createProofNonce: nothing,
  submitProof: async (target, { sign }) => [{ body: await sign('proof', target.owner.proofOf(target.objects, [])) }],

  getPurge: nothing,
  startPurge: async (_, { sign }) => [
    { body: await sign('start-purge', { consentAtMs: systemClock.nowMs(), graceSeconds: 0 }) },
  ],
  resumePurge: async (_, { sign }) => [
    { body: await sign('resume-purge', { consentAtMs: systemClock.nowMs(), graceSeconds: 0 }) },
  ],
  stopPurge: nothing,
  listPurgeObjects: nothing,
  getPurgeObjectContent: async (_, { sign }) => [
    { params: { objectId }, headers: header(await sign('read-plaintext', { objectId, offset: 0, length: 1 })) },
  ],
  releasePurgeObject: async (_, { sign }) => [
    {
      params: { objectId },
      body: await sign('release-plaintext', { objectId, sha256: randomBytes(32), sizeBytes: 1, modifiedMs: 1 }),
    },
  ],
  quarantinePurgeObject: async (_, { sign }) => [
    { params: { objectId }, body: await sign('quarantine-plaintext', { objectId, reason: 'no-backup' }) },
  ],
  listCertificates: nothing,
  getCertificate: () => [{ params: { certificateId: newUuid() } }],

  getOpsVault: staff,
  getOpsPurge: staff,
  listOpsPurgeObjects: staff,
  retryOpsPurgeObject: () => [{ params: { objectId }, body: { reason: 'because' } }],
  getOpsJobs: staff,
  getOpsStorage: staff,
  getOpsLedger: staff,
};
