import { messageKinds, type Message } from '@coffer/chat-model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  connectDevice,
  DeviceError,
  deviceMethods,
  serveDevice,
  type DeviceClient,
  type DeviceHandlers,
  type DeviceService,
} from './index';
import { accountMethods } from './account-methods';
import { drillMethods } from './drill-methods';
import { fileMethods } from './file-methods';
import { setupMethods } from './setup-methods';

const repositoryId = 'AAAAAAAAAAAAAAAAAAAAAA';
const keyIdHex = '00112233445566ff';
const secret = 'correct horse battery staple';

const everyKind: Message[] = messageKinds.map((kind, index) => ({
  id: `m${index}`,
  senderId: index % 2 === 0 ? null : 'a@example',
  isFromSelf: index % 2 === 0,
  timeMs: 1_700_000_000_000 + index,
  kind,
  ...(kind === 'unsupported' ? { unsupportedType: '99' } : {}),
  text: '<img src=x onerror=alert(1)>',
  media: { path: 'a/b.jpg', sizeBytes: 3, isOmitted: true },
  quote: { messageId: 'm0', kind: 'text' },
  reactions: [{ senderId: null, text: '👍' }],
  edits: [{ timeMs: 5 }],
  system: { action: '12', participantIds: ['a@example'] },
  place: { latitude: -1.5, longitude: 2 },
  contacts: ['BEGIN:VCARD'],
  call: { isMissed: true, durationSeconds: 3 },
  poll: { options: ['yes', 'no'] },
  marks: ['edited', 'starred'],
}));

async function failureOf(call: Promise<unknown>): Promise<DeviceError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof DeviceError) return error;
  }
  return expect.unreachable('the call should have failed with a DeviceError');
}

/** What a passkey gave, as it arrived. */
const received: Uint8Array[] = [];

/** What this conversation does not ask for. */
const unasked = Object.fromEntries(
  Object.keys({ ...accountMethods, ...drillMethods, ...fileMethods, ...setupMethods }).map((name) => [
    name,
    () => Promise.reject(new Error(`${name} was asked`)),
  ]),
) as unknown as Pick<
  DeviceHandlers,
  keyof typeof accountMethods | keyof typeof drillMethods | keyof typeof fileMethods | keyof typeof setupMethods
>;

const handlers: DeviceHandlers = {
  ...unasked,
  hello: async () => ({ protocol: 1, openRepositoryId: null }),
  setCsrf: async () => ({}),
  listBackups: async () => {
    throw new TypeError(`a fault that mentions ${secret}`);
  },
  getBudget: async () => ({ attemptsRemaining: 7, nextAttemptAt: null }),
  unlockWithPassword: async () => {
    throw new DeviceError('wrong-guess', 'the password did not open the backup', {
      fields: { attemptsRemaining: 9, nextAttemptAt: null },
    });
  },
  unlockWithDigits: async (_params, { progress, signal }) => {
    progress({ phase: 'opening', doneBytes: 1, totalBytes: 2 });
    await new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(new Error('stopped in the middle'))),
    );
    return { repositoryId, keyIdHex, budget: null };
  },
  listPasskeys: async () => ({ rpId: 'localhost', passkeys: [] }),
  unlockWithPasskey: async ({ prfOutput }) => {
    received.push(prfOutput);
    return { repositoryId, keyIdHex, budget: null };
  },
  beginPasskey: async () => ({
    ...{ rpId: 'localhost', userId: new Uint8Array(16), prfInput: new Uint8Array(32), known: [new Uint8Array(1023)] },
  }),
  sealPasskey: async () => ({}),
  confirmPasskey: async () => ({ missingCopies: 0 }),
  beginRotation: async () => ({ rpId: 'localhost', passkeys: [], foreignPasskeys: 0, hasRecordedKey: true }),
  takePasskeyAlong: async () => ({}),
  rotateKey: async () => ({ keyIdHex, takenPasskeys: 0, missingCopies: 0, missingPacks: 0 }),
  listSnapshots: async () => ({ snapshots: [{ wrong: true } as never], damaged: 0 }),
  listConversations: async () => ({ conversations: [] }),
  readMessages: async ({ from }) => ({ from, messages: everyKind }),
  searchMessages: async () => ({ hits: [], isComplete: true }),
  lock: async () => ({}),
};

describe('a page and a device on one port', () => {
  let channel: MessageChannel;
  let device: DeviceClient;
  let service: DeviceService;

  beforeEach(() => {
    channel = new MessageChannel();
    service = serveDevice(channel.port2, handlers);
    device = connectDevice(channel.port1);
  });
  afterEach(() => {
    device.close();
    service.close();
    channel.port1.close();
  });

  it('brings a result back when the request is well formed', async () => {
    expect(await device.call('hello', { protocol: 1 })).toEqual({ protocol: 1, openRepositoryId: null });
  });

  it('carries every kind of message unchanged', async () => {
    const range = { snapshotId: 's', conversationId: 'c', from: 0, to: everyKind.length };
    expect((await device.call('readMessages', range)).messages).toEqual(everyKind);
  });

  it('gives code and fields of the failure when a handler throws a DeviceError', async () => {
    const failure = device.call('unlockWithPassword', { repositoryId, password: secret });
    await expect(failure).rejects.toMatchObject({
      code: 'wrong-guess',
      fields: { attemptsRemaining: 9, nextAttemptAt: null },
    });
  });

  it('says failed and nothing of the cause when a handler throws another error', async () => {
    const failure = await failureOf(device.call('listBackups', {}));
    expect(failure.code).toBe('failed');
    expect(JSON.stringify([failure.message, failure.fields])).not.toContain(secret);
  });

  it('reports progress, and ends with cancelled when the page takes the request back', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const failure = device.call(
      'unlockWithDigits',
      { repositoryId, digits: 'x' },
      {
        signal: controller.signal,
        onProgress: ({ doneBytes }) => {
          seen.push(doneBytes);
          controller.abort();
        },
      },
    );
    await expect(failure).rejects.toMatchObject({ code: 'cancelled' });
    expect(seen).toEqual([1]);
    expect(await device.call('getBudget', {})).toEqual({ attemptsRemaining: 7, nextAttemptAt: null });
  });

  it('refuses parameters without repeating them when they are malformed', async () => {
    const failure = await failureOf(device.call('unlockWithPassword', { repositoryId: secret, password: secret }));
    expect(failure.code).toBe('protocol');
    expect(failure.message).not.toContain(secret);
  });

  it('carries bytes of the right length, and takes them out of the page’s memory where it is told to', async () => {
    expect((await device.call('beginPasskey', {})).known).toEqual([new Uint8Array(1023)]);
    const credentialId = new Uint8Array(16);
    const prfOutput = new Uint8Array(32).fill(7);
    const transfer = [prfOutput.buffer];
    await device.call('unlockWithPasskey', { repositoryId, credentialId, prfOutput }, { transfer });
    expect([prfOutput.length, received.at(-1)]).toEqual([0, new Uint8Array(32).fill(7)]);
    for (const bytes of [new Uint8Array(31), new Uint8Array(33)]) {
      const failure = device.call('unlockWithPasskey', { repositoryId, credentialId, prfOutput: bytes });
      await expect(failure).rejects.toMatchObject({ code: 'protocol' });
    }
  });

  it('refuses a range of more than 500 messages', async () => {
    const range = { snapshotId: 's', conversationId: 'c', from: 0, to: 501 };
    await expect(device.call('readMessages', range)).rejects.toMatchObject({ code: 'protocol' });
  });

  it('refuses a malformed answer', async () => {
    await expect(device.call('listSnapshots', {})).rejects.toMatchObject({ code: 'protocol' });
  });

  it('refuses a method that does not exist, and drops what is no request', async () => {
    await expect(device.call('toString' as 'hello', { protocol: 1 })).rejects.toMatchObject({ code: 'protocol' });
    for (const junk of [null, 5, 'hello', { v: 2 }, { v: 1, type: 'result', id: 99 }]) channel.port1.postMessage(junk);
    expect(await device.call('getBudget', {})).toMatchObject({ attemptsRemaining: 7 });
  });

  it('tells every listener when the device has locked itself', async () => {
    const heard = new Promise((resolve) => device.onLocked(resolve));
    service.announceLocked('signed-out');
    expect(await heard).toMatchObject({ reason: 'signed-out' });
  });

  it('rejects what is under way and everything later when it is closed', async () => {
    const underWay = device.call('unlockWithDigits', { repositoryId, digits: 'x' });
    device.close();
    await expect(underWay).rejects.toMatchObject({ code: 'failed' });
    await expect(device.call('getBudget', {})).rejects.toMatchObject({ code: 'failed' });
  });
});

describe('deviceMethods', () => {
  it('has no result that could carry a key, digits or a password, but for the key that a person is to record', () => {
    const fields = Object.entries(deviceMethods).flatMap(([name, { result }]) =>
      Object.keys('shape' in result ? result.shape : {}).map((field) => `${name}.${field}`),
    );
    const ofResults = fields.map((field) => field.split('.')[1]);
    expect(JSON.stringify(ofResults)).not.toMatch(/password|digits|secret|backupKey/i);
    expect(fields.filter((field) => /\.rows$/.test(field))).toEqual(['beginSetup.rows']);
  });
});
