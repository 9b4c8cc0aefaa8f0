import { repositoryStore } from '@coffer/backup-engine';
import type { Message } from '@coffer/chat-model';
import { sha256 } from '@coffer/crypto';
import { deriveKeyId, deriveOwnerKey } from '@coffer/device-crypto';
import {
  connectDevice,
  DeviceError,
  serveDevice,
  type DeviceCallOptions,
  type DeviceClient,
  type DeviceProgress,
  type DeviceService,
} from '@coffer/device-protocol';
import { requireProofFoundations, verifyRepositoryStatement, type ProofOfRestorability } from '@coffer/evidence';
import { fakeClock, seed } from '@coffer/test-kit';
import { createVaultClient } from '@coffer/vault-client';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDevice } from '../src/device';
import { heldFiles } from './held-files';
import { problem, TinyVault } from './tiny-vault';
import type { SampleChat } from './write-snapshot';

const password = 'Grüße aus dem Café, 1987';
const startMs = Date.UTC(2026, 10, 23, 10);

function chat(id: string, count: number, lastMs: number | null): SampleChat {
  const messages = Array.from({ length: count }, (_, index): Message => ({
    id: `${id}-${index}`,
    senderId: index % 2 === 0 ? null : 'ada',
    isFromSelf: index % 2 === 0,
    timeMs: lastMs === null ? null : lastMs - (count - 1 - index) * 60_000,
    kind: 'text',
    text: `message ${index} of ${id} ${Buffer.from(seed(`${id}${index}`, 24)).toString('hex')}`,
  }));
  return { conversation: { id, kind: 'direct', title: `Chat ${id}`, participants: [{ id: 'ada' }] }, messages };
}

const first = [chat('old', 3, startMs - 9_000_000)];
const second = [chat('old', 5, startMs - 8_000_000), chat('timeless', 2, null), chat('new', 1234, startMs - 60_000)];

describe('the device over a vault', () => {
  const clock = fakeClock(startMs);
  let vault: TinyVault;
  let device: DeviceClient;
  let service: DeviceService;
  let csrf: string[];
  let locked: string[];
  let repositoryId: string;

  beforeAll(async () => {
    vault = await TinyVault.create(password, [first, second], clock);
    ({ repositoryId } = vault);
  });
  beforeEach(() => {
    csrf = [];
    locked = [];
    vault.remaining = 10;
    vault.interference = undefined;
    vault.requests.length = 0;
    const channel = new MessageChannel();
    const client = createVaultClient({
      baseUrl: 'http://localhost:4300',
      fetch: vault.fetch,
      retry: { tries: 1 },
      clock,
    });
    service = serveDevice(
      channel.port2,
      createDevice({
        client,
        clock,
        rpId: 'localhost',
        files: heldFiles,
        deployment: async () => vault.deployment,
        onCsrfToken: (token) => csrf.push(token),
        onLocked: (reason) => service.announceLocked(reason),
      }),
    );
    device = connectDevice(channel.port1);
    device.onLocked(({ reason }) => locked.push(reason));
  });
  afterEach(() => {
    device.close();
    service.close();
  });

  const failureOf = async (call: Promise<unknown>): Promise<DeviceError> => {
    try {
      await call;
    } catch (error) {
      if (error instanceof DeviceError) return error;
    }
    return expect.unreachable('the call should have failed');
  };
  const unlock = () => device.call('unlockWithDigits', { repositoryId, digits: vault.digits });
  const newest = async () => (await device.call('listSnapshots', {})).snapshots[0]!.snapshotId;

  /** One bit of what the vault sends for the paths that are hit is another one. */
  function flipBit(isHit: (path: string) => boolean): void {
    vault.interference = async (request) => {
      if (request.method !== 'GET' || !isHit(new URL(request.url).pathname)) return undefined;
      const { interference } = vault;
      vault.interference = undefined;
      const answer = await vault.handle(request);
      vault.interference = interference;
      const bytes = new Uint8Array(await answer.arrayBuffer());
      bytes[bytes.length >> 1]! ^= 1;
      return new Response(bytes, { status: answer.status, headers: answer.headers });
    };
  }

  describe('hello', () => {
    it('refuses a page of another version', async () => {
      expect(await device.call('hello', { protocol: 1 })).toEqual({ protocol: 1, openRepositoryId: null });
      expect((await failureOf(device.call('hello', { protocol: 2 }))).code).toBe('protocol');
    });
  });

  describe('setCsrf', () => {
    it('hands the token on and sends nothing', async () => {
      await device.call('setCsrf', { token: 'a token of the page' });
      expect(csrf).toEqual(['a token of the page']);
      expect(vault.requests).toEqual([]);
    });
  });

  describe('listBackups', () => {
    it('knows dates, key id and keyslots before anything is unlocked', async () => {
      const { backups, budget } = await device.call('listBackups', {});
      expect(budget).toEqual({ attemptsRemaining: 10, nextAttemptAt: null });
      expect(backups).toEqual([
        {
          repositoryId,
          keyIdHex: vault.keyIdHex,
          createdAt: '1970-01-01T00:00:00.000Z',
          lastBackupAt: '2026-11-23T10:00:00.000Z',
          lastProofAt: null,
          hasSnapshots: true,
          keyslots: [
            { kind: 'digits', provenAt: '1970-01-01T00:00:00.000Z' },
            { kind: 'password', provenAt: '1970-01-01T00:00:00.000Z' },
          ],
        },
      ]);
    });
  });

  describe('listBackups, when a device has proven a backup', () => {
    it('says when, by the ledger', async () => {
      const proof = { proofId: seed('proof').slice(0, 16), repositoryId: vault.repositoryIdBytes };
      const atMs = Date.UTC(2026, 10, 23, 11);
      vault.ledger.record('proof-accepted', { atMs, remaining: 10, serial: 1, details: proof });
      const { backups } = await device.call('listBackups', {});
      expect(backups).toMatchObject([
        { lastBackupAt: '2026-11-23T10:00:00.000Z', lastProofAt: '2026-11-23T11:00:00.000Z' },
      ]);
    });
  });

  describe('unlockWithPassword', () => {
    it('opens the backup and refills the budget when the password is right', async () => {
      vault.remaining = 4;
      const phases: string[] = [];
      const opened = await device.call(
        'unlockWithPassword',
        { repositoryId, password },
        { onProgress: ({ phase }) => phases.push(phase) },
      );
      expect(opened).toEqual({
        repositoryId,
        keyIdHex: vault.keyIdHex,
        budget: { attemptsRemaining: 10, nextAttemptAt: null },
      });
      expect(phases).toEqual(['contacting', 'deriving', 'opening']);
      expect((await device.call('hello', { protocol: 1 })).openRepositoryId).toBe(repositoryId);
    });

    it('says how many guesses are left when it is wrong, and the vault never sees it', async () => {
      const bodies: string[] = [];
      vault.interference = async (request) => {
        if (request.method === 'POST') bodies.push(await request.clone().text());
        return undefined;
      };
      const failure = await failureOf(device.call('unlockWithPassword', { repositoryId, password: 'wrong' }));
      expect([failure.code, failure.fields]).toEqual(['wrong-guess', { attemptsRemaining: 9, nextAttemptAt: null }]);
      expect(vault.requests.filter((request) => request.includes('finish'))).toEqual([]);
      expect(bodies.join()).not.toMatch(/wrong|password/);
    });

    it('takes the same password in another Unicode form', async () => {
      await device.call('unlockWithPassword', { repositoryId, password: password.normalize('NFD') });
    });

    it('counts nothing when the text can be no password', async () => {
      const failure = await failureOf(device.call('unlockWithPassword', { repositoryId, password: 'a\u0007b' }));
      expect(failure.code).toBe('malformed-password');
      expect(vault.remaining).toBe(10);
    });

    it('passes on that no guess is open or left', async () => {
      const nextAttemptAt = '2026-11-23T11:00:00.000Z';
      vault.interference = ({ url }) =>
        url.endsWith('/logins') ? problem('attempt-too-early', { attemptsRemaining: 5, nextAttemptAt }) : undefined;
      const early = await failureOf(device.call('unlockWithPassword', { repositoryId, password }));
      expect([early.code, early.fields]).toEqual(['attempt-too-early', { attemptsRemaining: 5, nextAttemptAt }]);
      vault.interference = undefined;
      vault.remaining = 0;
      const spent = await failureOf(device.call('unlockWithPassword', { repositoryId, password }));
      expect(spent.code).toBe('no-attempts-left');
    });

    it('stops before the password is used when the vault is not the pinned one', async () => {
      const pinned = vault.deployment;
      vault.deployment = { ...pinned, vaultId: Buffer.from(seed('another vault', 16)).toString('base64url') };
      try {
        const failure = await failureOf(device.call('unlockWithPassword', { repositoryId, password }));
        expect(failure.code).toBe('server-changed');
        expect(vault.requests).toEqual(['GET /v1/account']);
      } finally {
        vault.deployment = pinned;
      }
    });

    it('stops when the server shows another key than the pinned one', async () => {
      const pinned = vault.deployment;
      const opaqueServerPublicKey = Buffer.from(seed('another key')).toString('base64url');
      vault.deployment = { ...pinned, opaqueServerPublicKey };
      try {
        const failure = await failureOf(device.call('unlockWithPassword', { repositoryId, password }));
        expect(failure.code).toBe('server-changed');
      } finally {
        vault.deployment = pinned;
      }
    });
  });

  describe('unlockWithDigits', () => {
    it('opens the backup without the vault counting anything, whatever case and blanks', async () => {
      const digits = vault.digits.toUpperCase().replaceAll(' ', '\n');
      expect((await device.call('unlockWithDigits', { repositoryId, digits })).budget).toBeNull();
      expect(vault.requests.some((request) => request.includes('logins'))).toBe(false);
    });

    it('tells a wrong key from a malformed one', async () => {
      const wrong = await failureOf(device.call('unlockWithDigits', { repositoryId, digits: '0'.repeat(64) }));
      const short = await failureOf(device.call('unlockWithDigits', { repositoryId, digits: vault.digits.slice(1) }));
      expect([wrong.code, short.code]).toEqual(['wrong-key', 'malformed-key']);
      expect(vault.requests.some((request) => request.includes('objects'))).toBe(false);
    });

    it('says damaged when the vault shows a head that the owner did not sign', async () => {
      const { head } = vault;
      vault.head = { ...head!, signature: new Uint8Array(64) };
      try {
        const listed = unlock().then(() => device.call('listSnapshots', {}));
        expect((await failureOf(listed)).code).toBe('damaged');
      } finally {
        vault.head = head;
      }
    });

    it('says damaged when a byte of the keyring was changed', async () => {
      vault.interference = async (request) => {
        if (!request.url.includes('/objects/keyring/') || request.method !== 'GET') return undefined;
        vault.interference = undefined;
        const answer = await vault.handle(request);
        const bytes = new Uint8Array(await answer.arrayBuffer());
        bytes[bytes.length - 1]! ^= 1;
        return new Response(bytes, { status: answer.status, headers: answer.headers });
      };
      expect((await failureOf(unlock())).code).toBe('damaged');
    });
  });

  describe('listSnapshots', () => {
    it('gives the newest first with its counts', async () => {
      await unlock();
      const { snapshots } = await device.call('listSnapshots', {});
      expect(
        snapshots.map(({ generation, conversations, messages, device: name }) => [
          generation,
          conversations,
          messages,
          name,
        ]),
      ).toEqual([
        [2, 3, 1241, 'Pixel'],
        [1, 1, 3, 'Pixel'],
      ]);
    });
  });

  describe('listSnapshots of a damaged backup', () => {
    const damage = (isHit: (path: string) => boolean) =>
      flipBit((path) => path.includes('/objects/snapshots/') && isHit(path));

    it('says how many cannot be read beside those that can', async () => {
      await unlock();
      const { snapshots } = await device.call('listSnapshots', {});
      damage((path) => path.endsWith(snapshots[1]!.snapshotId));
      const { snapshots: left, damaged } = await device.call('listSnapshots', {});
      expect([left.map(({ generation }) => generation), damaged]).toEqual([[2], 1]);
    });

    it('does not show a backup as empty when none can be read', async () => {
      await unlock();
      damage(() => true);
      expect((await failureOf(device.call('listSnapshots', {}))).code).toBe('damaged');
    });
  });

  describe('listConversations', () => {
    it('gives the one with the newest message first and those without a time last', async () => {
      await unlock();
      const { conversations } = await device.call('listConversations', { snapshotId: await newest() });
      expect(conversations.map(({ conversation, messageCount }) => [conversation.id, messageCount])).toEqual([
        ['new', 1234],
        ['old', 5],
        ['timeless', 2],
      ]);
    });

    it('says how long the list is before it has come', async () => {
      await unlock();
      const snapshotId = await newest();
      const told: DeviceProgress[] = [];
      await device.call('listConversations', { snapshotId }, { onProgress: (progress) => told.push(progress) });
      const { doneBytes, totalBytes } = told.at(-1)!;
      expect(totalBytes).toBeGreaterThan(100);
      expect(doneBytes).toBe(totalBytes);
    });
  });

  describe('readMessages', () => {
    const read = async (id: string, from: number, to: number): Promise<readonly Message[]> => {
      const snapshotId = await newest();
      const { conversations } = await device.call('listConversations', { snapshotId });
      const { conversationId } = conversations.find(({ conversation }) => conversation.id === id)!;
      return (await device.call('readMessages', { snapshotId, conversationId, from, to })).messages;
    };

    it.each([
      [1134, 1234],
      [450, 550],
      [0, 1],
      [1230, 1300],
    ])('gives messages %i to %i as they were backed up', async (from, to) => {
      await unlock();
      expect(await read('new', from, to)).toEqual(second[2]!.messages.slice(from, to));
    });

    it('fetches a segment once however often it is read', async () => {
      await unlock();
      await read('new', 1200, 1234);
      vault.requests.length = 0;
      await read('new', 1100, 1200);
      expect(vault.requests.filter((request) => request.includes('/objects/packs/'))).toEqual([]);
    });

    it('reads only the ranges that it needs', async () => {
      await unlock();
      const lengths: number[] = [];
      vault.interference = (request) => {
        const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get('range') ?? '');
        if (request.url.includes('/objects/packs/')) lengths.push(Number(range?.[2]) - Number(range?.[1]) + 1);
        return undefined;
      };
      await read('new', 1200, 1234);
      expect(lengths.reduce((sum, length) => sum + length, 0)).toBeLessThan(60_000);
    });

    it('says damaged when a byte of a pack was changed, and shows nothing of it', async () => {
      await unlock();
      vault.interference = async (request) => {
        if (!request.url.includes('/objects/packs/')) return undefined;
        const interference = vault.interference;
        vault.interference = undefined;
        const answer = await vault.handle(request);
        vault.interference = interference;
        const bytes = new Uint8Array(await answer.arrayBuffer());
        bytes[bytes.length >> 1]! ^= 1;
        return new Response(bytes, { status: answer.status, headers: answer.headers });
      };
      expect((await failureOf(read('new', 1200, 1234))).code).toBe('damaged');
    });

    it('says not-found when there is no such conversation', async () => {
      await unlock();
      const range = { snapshotId: await newest(), conversationId: '99', from: 0, to: 1 };
      expect((await failureOf(device.call('readMessages', range))).code).toBe('not-found');
    });
  });

  describe('searchMessages', () => {
    const search = async (query: string, limit = 5, snapshotId?: string) => {
      const params = { snapshotId: snapshotId ?? (await newest()), query, limit };
      const { hits, isComplete } = await device.call('searchMessages', params);
      return { found: hits.map(({ message }) => message.id), places: hits, isComplete };
    };

    it('finds messages of all chats of a snapshot by parts of their words, the newest first, where they can be read', async () => {
      await unlock();
      const { found, places, isComplete } = await search('MESSAGE "1 of"');
      expect([found.slice(0, 2), isComplete]).toEqual([['new-1231', 'new-1221'], false]);
      expect((await search('"message 1 of"')).found).toEqual(['old-1', 'new-1', 'timeless-1']);
      const [{ conversationId, index, message, excerpt }] = places as [(typeof places)[number]];
      const range = { snapshotId: await newest(), conversationId, from: index, to: index + 1 };
      expect((await device.call('readMessages', range)).messages).toEqual([message]);
      expect(excerpt).toMatchObject({ before: '', hit: 'message' });
      expect(await search('no message has this')).toMatchObject({ found: [], isComplete: true });
      expect((await search(' ')).found).toEqual([]);
    });

    it('fetches the messages once for all queries of a snapshot, says how far it is, and tells nobody the words', async () => {
      await unlock();
      const snapshotId = await newest();
      const done: [number, number | null][] = [];
      vault.requests.length = 0;
      const params = { snapshotId, query: 'message', limit: 1 };
      await device.call('searchMessages', params, {
        onProgress: ({ doneBytes, totalBytes }) => done.push([doneBytes, totalBytes]),
      });
      expect(done.at(-1)![0]).toBe(done.at(-1)![1]);
      expect(done.length).toBeGreaterThan(1);
      expect(vault.requests.join()).not.toContain('message');
      vault.requests.length = 0;
      await search('message', 1, snapshotId);
      expect(vault.requests).toEqual([]);
    });

    it('looks into the snapshot that is asked for, and not into another one that was searched', async () => {
      await unlock();
      const [now, before] = (await device.call('listSnapshots', {})).snapshots;
      expect((await search('"message 0"', 9, now!.snapshotId)).found).toEqual(['old-0', 'new-0', 'timeless-0']);
      expect((await search('"message 0"', 9, before!.snapshotId)).found).toEqual(['old-0']);
    });

    it('keeps nothing of a search that was stopped or locked away, and opens nothing after it', async () => {
      await unlock();
      const snapshotId = await newest();
      await device.call('listConversations', { snapshotId });
      const stopped = new AbortController();
      const params = { snapshotId, query: 'message', limit: 1 };
      vault.interference = (request) => {
        if (request.url.includes('/objects/packs/')) stopped.abort();
        return undefined;
      };
      const stopping = device.call('searchMessages', params, { signal: stopped.signal });
      expect((await failureOf(stopping)).code).toBe('cancelled');
      let locking: Promise<unknown> | undefined;
      vault.interference = (request) => {
        if (request.url.includes('/objects/packs/')) locking ??= device.call('lock', {});
        return undefined;
      };
      expect((await failureOf(search('message', 1, snapshotId))).code).toBe('locked');
      await locking;
      vault.interference = undefined;
      expect((await failureOf(search('message', 1, snapshotId))).code).toBe('locked');
    });
  });

  describe('runFireDrill', () => {
    const damage = (part: string) => flipBit((path) => path.includes(part));
    const drill = (options?: DeviceCallOptions) => device.call('runFireDrill', { samplePercent: 100 }, options);

    beforeEach(async () => {
      vault.proofs.length = 0;
      await unlock();
      vault.requests.length = 0;
    });

    it('reads everything that is asked for, and the vault has a proof of it that holds', async () => {
      const told: DeviceProgress[] = [];
      const drilled = await drill({ onProgress: (progress) => told.push(progress) });
      expect(drilled).toMatchObject({ outcome: 'sound', proof: 'taken', conversations: 3, messages: 1241 });
      expect(told.map(({ phase }) => phase)).toEqual(['opening', 'checking', 'checking', 'proving']);
      const [, first, last] = told;
      expect([first!.doneBytes, last!.doneBytes]).toEqual([0, last!.totalBytes]);
      const [proof] = vault.proofs as [ProofOfRestorability];
      const { publicKey } = deriveOwnerKey(vault.backupKey);
      const { body: head } = verifyRepositoryStatement(vault.head!, {
        ...({ purpose: 'head', repositoryId: vault.repositoryIdBytes } as const),
        ...{ keyId: deriveKeyId(vault.backupKey), ownerPublicKey: publicKey },
      });
      requireProofFoundations(proof, head);
      expect(proof).toMatchObject({ samplePercent: 100, counts: { conversations: 3, messages: 1241 } });
      const packs = proof.objects.filter(({ path }) => path.startsWith('packs/'));
      expect(packs).toHaveLength(1);
      for (const { path, sha256: digest } of packs) {
        const stored = await repositoryStore(vault.store, vault.repositoryIdBytes).get(path);
        expect(Buffer.from(sha256(stored))).toEqual(Buffer.from(digest));
      }
    });

    it('names a damaged pack and what is lost with it, and proves nothing', async () => {
      damage('/objects/packs/');
      expect(await drill()).toMatchObject({
        outcome: 'damaged',
        damagedObjects: { named: [{ path: expect.stringMatching(/^packs\//), isMissing: false }], count: 1 },
        brokenFiles: { count: 0 },
        brokenConversations: { named: ['Chat old', 'Chat timeless', 'Chat new'], count: 3 },
      });
      expect(vault.requests.filter((request) => request.includes('proofs'))).toEqual([]);
    });

    it('names a snapshot that cannot be read, and proves nothing', async () => {
      damage('/objects/snapshots/');
      const named = [{ path: expect.stringMatching(/^snapshots\//), isMissing: false }];
      expect(await drill()).toEqual({ outcome: 'unreadable', damagedObjects: { named, count: 1 } });
      expect(vault.requests.filter((request) => request.includes('proofs'))).toEqual([]);
    });

    it('says that all was sound where the vault does not take the proof', async () => {
      vault.interference = ({ url }) => (url.endsWith('/proofs') ? problem('service-unavailable') : undefined);
      expect(await drill()).toMatchObject({ outcome: 'sound', proof: 'not-taken' });
      vault.interference = ({ url }) => (url.endsWith('/proofs') ? problem('unauthenticated') : undefined);
      expect((await failureOf(drill())).code).toBe('signed-out');
    });

    it('says that the connection is gone, which is no damage', async () => {
      vault.interference = ({ url }) =>
        url.includes('/objects/packs/') ? Promise.reject(new TypeError('fetch failed')) : undefined;
      expect((await failureOf(drill())).code).toBe('offline');
      expect(vault.proofs).toEqual([]);
    });

    it('signs nothing once it was taken back, or the backup was locked', async () => {
      const stopped = new AbortController();
      const once = (act: () => unknown): void => {
        vault.interference = ({ url }) => {
          if (url.includes('/objects/packs/')) act();
          return undefined;
        };
      };
      once(() => stopped.abort());
      expect((await failureOf(drill({ signal: stopped.signal }))).code).toBe('cancelled');
      once(() => void device.call('lock', {}));
      expect((await failureOf(drill())).code).toBe('locked');
      await device.call('hello', { protocol: 1 });
      expect(vault.requests.filter((request) => request.includes('proofs'))).toEqual([]);
    });
  });

  describe('lock', () => {
    it('forgets the key and everything that was read', async () => {
      await unlock();
      const snapshotId = await newest();
      await device.call('lock', {});
      expect((await failureOf(device.call('listConversations', { snapshotId }))).code).toBe('locked');
      expect((await device.call('hello', { protocol: 1 })).openRepositoryId).toBeNull();
      expect(locked).toEqual(['asked']);
    });

    it('does nothing when nothing is open', async () => {
      await device.call('lock', {});
      expect(locked).toEqual([]);
    });
  });

  describe('what the network may do', () => {
    it.each([
      ['off-line', 'offline', () => Promise.reject<Response>(new TypeError('fetch failed'))],
      ['throttled', 'throttled', () => problem('rate-limited', { retryAfterSeconds: 30 })],
      ['away', 'unavailable', () => problem('service-unavailable')],
      ['sealed', 'unavailable', () => problem('vault-sealed')],
      ['speaking something else', 'unavailable', () => new Response('<html>', { status: 502 })],
    ] as const)('is told apart when the vault is %s', async (_name, code, answer) => {
      vault.interference = answer;
      expect((await failureOf(device.call('getBudget', {}))).code).toBe(code);
      expect((await failureOf(device.call('unlockWithPassword', { repositoryId, password }))).code).toBe(code);
    });

    it('locks by itself when the session has ended', async () => {
      await unlock();
      vault.interference = () => problem('unauthenticated');
      expect((await failureOf(device.call('listSnapshots', {}))).code).toBe('signed-out');
      expect(locked).toEqual(['signed-out']);
      vault.interference = undefined;
      expect((await failureOf(device.call('listSnapshots', {}))).code).toBe('locked');
    });
  });
});
