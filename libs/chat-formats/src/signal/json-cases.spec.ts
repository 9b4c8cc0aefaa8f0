import { createHash } from 'node:crypto';
import type { ConversationSource, Message } from '@coffer/chat-model';
import { describeWithTestData, type TestData } from '@coffer/test-kit';
import { delimited, testAci, testRecoveryKey, writeSignalFile, type ProtobufInput } from '@coffer/test-kit/node';
import { describe, expect, it } from 'vitest';
import { frameTables, infoTable } from '../../test/signal-json/backup-tables';
import {
  fieldsOfJson,
  parseProtobufJson,
  readableJson,
  type JsonObject,
  scalarText,
} from '../../test/signal-json/protobuf-json';
import { holderOf, saidFacts } from '../../test/signal-json/said-facts';
import type { OpenedBackup } from '../backup';
import { openBackup } from '../browser';
import { parseAci, parseRecoveryKey } from '../index';
import { frameNames } from './schema/frames';

const folder = ['fixtures', 'libsignal', 'valid'] as const;

type FrameWithTable = keyof typeof frameTables;
interface Frame {
  readonly name: 'account' | FrameWithTable;
  readonly json: JsonObject;
}

/** A backup in JSON: what its first record says, and its frames, each of one field. */
class JsonBackup {
  readonly info: JsonObject;
  readonly frames: readonly Frame[];
  readonly #ids: ReadonlyMap<string, string>;

  constructor(text: string) {
    const [info, ...frames] = parseProtobufJson(text) as readonly JsonObject[];
    this.info = info!;
    this.frames = frames.map((frame) => {
      const [[name, json], ...more] = Object.entries(frame) as [[Frame['name'], JsonObject]];
      expect(more).toEqual([]);
      return { name, json };
    });
    const recipients = this.#readable('recipient', String);
    this.#ids = new Map(recipients.map((json) => [scalarText(json['id']!), placeId(json)]));
  }

  /** The frames of one name as what a reader should find in them. */
  all(name: FrameWithTable): readonly JsonObject[] {
    return this.#readable(name, (id) => this.#ids.get(id) ?? id);
  }

  #readable(name: FrameWithTable, refer: (id: string) => string): readonly JsonObject[] {
    const found = this.frames.filter((frame) => frame.name === name);
    return found.map(({ json }) => readableJson(json, frameTables[name], refer));
  }

  /** As a file that Signal would have written. Nothing reads what is in the account's frame. */
  encrypted(): Uint8Array {
    const frames = this.frames.map(({ name, json }): ProtobufInput => {
      const number = frameNames.indexOf(name);
      return [[number, name === 'account' ? [] : fieldsOfJson(json, frameTables[name])]];
    });
    return writeSignalFile({ records: delimited(fieldsOfJson(this.info, infoTable), ...frames), form: 'modern' });
  }
}

function placeId({ id, contact, group, self, releaseNotes, distributionList }: JsonObject): string {
  if (contact !== undefined) return (contact as JsonObject)['aci'] as string;
  if (self !== undefined) return 'self';
  if (releaseNotes !== undefined) return 'release-notes';
  if (distributionList !== undefined) return `list:${(distributionList as JsonObject)['distributionId'] as string}`;
  if (group === undefined) return `recipient:${scalarText(id!)}`;
  const hash = createHash('sha256').update(Buffer.from((group as JsonObject)['masterKey'] as string, 'hex'));
  return `group:${hash.digest('hex').slice(0, 32)}`;
}

const open = (bytes: Uint8Array): Promise<OpenedBackup> =>
  openBackup(
    { name: 'main', sizeBytes: bytes.length, read: (offset, length) => bytes.slice(offset, offset + length) },
    () => Promise.reject(new RangeError('no database is in here')),
    { signalKeys: { recoveryKey: parseRecoveryKey(testRecoveryKey), aci: parseAci(testAci) } },
  );

/** What conversations are called, and with whom they are, by what the recipient's record says. */
const nameOf = ({ contact, group, self, releaseNotes }: JsonObject): string | undefined => {
  if (self !== undefined) return 'Note to Self';
  if (releaseNotes !== undefined) return 'Signal Release Notes';
  const { profileGivenName: given = '', profileFamilyName: family = '' } = (contact ?? {}) as Record<string, string>;
  const title = (group as JsonObject | undefined)?.['snapshot'] as JsonObject | undefined;
  return title === undefined ? `${given} ${family}`.trim() : ((title['title'] as JsonObject)['title'] as string);
};

/** Words of this project for what the app says in a conversation. */
const actions: Readonly<Record<string, string>> = {
  expirationTimerChange: 'expiration-timer',
  learnedProfileChange: 'profile-learned',
  profileChange: 'profile-name',
  sessionSwitchover: 'session-switchover',
  threadMerge: 'thread-merged',
  JOINED_SIGNAL: 'joined-signal',
  IDENTITY_UPDATE: 'identity-changed',
  IDENTITY_VERIFIED: 'identity-verified',
  IDENTITY_DEFAULT: 'identity-default',
  CHANGE_NUMBER: 'number-changed',
  RELEASE_CHANNEL_DONATION_REQUEST: 'donation-request',
  END_SESSION: 'session-ended',
  CHAT_SESSION_REFRESH: 'session-refreshed',
  BAD_DECRYPT: 'message-not-decrypted',
  PAYMENTS_ACTIVATED: 'payments-activated',
  PAYMENT_ACTIVATION_REQUEST: 'payment-activation-request',
  UNSUPPORTED_PROTOCOL_MESSAGE: 'unsupported-protocol-message',
  REPORTED_SPAM: 'reported-spam',
  BLOCKED: 'blocked',
  UNBLOCKED: 'unblocked',
  MESSAGE_REQUEST_ACCEPTED: 'message-request-accepted',
};

/** What these files say of conversations and messages and the model does not hold as said. Everything else is looked for. */
const leftOut: Readonly<Record<string, string>> = {
  'chatItem.authorId': 'the owner is senderId null',
  'chatItem.revisions[].authorId': 'a message has one author',
  'chatItem.standardMessage.reactions[].authorId': 'the owner is senderId null',
  'chatItem.standardMessage.reactions[].sortOrder': 'the order of reactions',
  'chatItem.updateMessage.simpleUpdate.type': "this project's own word is system.action",
  'recipient.contact.blocked': "a setting of the owner's",
  'recipient.contact.hideStory': "a setting of the owner's",
  'recipient.contact.notRegistered.unregisteredTimestamp': "a person's account",
  'recipient.contact.profileFamilyName': 'part of the name',
  'recipient.contact.profileGivenName': 'part of the name',
  'recipient.contact.profileKey': "a person's key",
  'recipient.contact.profileSharing': "a setting of the owner's",
  'recipient.contact.visibility': "a setting of the owner's",
  'recipient.group.masterKey': 'opens the group: only a hash of it is kept, as the id',
  'recipient.group.snapshot.accessControl.addFromInviteLink': 'how a group is run',
  'recipient.group.snapshot.accessControl.attributes': 'how a group is run',
  'recipient.group.snapshot.accessControl.members': 'how a group is run',
  'recipient.group.snapshot.members[].role': 'how a group is run',
  'recipient.group.snapshot.version': 'how a group is run',
  'recipient.group.storySendMode': "a setting of the owner's",
  'recipient.group.whitelisted': "a setting of the owner's",
};

function checkMessage(message: Message, item: JsonObject): void {
  const { authorId, dateSent, outgoing, standardMessage, updateMessage, revisions = [] } = item;
  expect(message.timeMs).toBe(Number(dateSent));
  expect(message.isFromSelf).toBe(outgoing !== undefined);
  expect(message.senderId).toBe(authorId === 'self' ? null : authorId);
  const standard = standardMessage as JsonObject | undefined;
  const update = updateMessage as JsonObject | undefined;
  expect(message.kind).toBe(update === undefined ? 'text' : 'system');
  const words = (each: JsonObject) => ((each['standardMessage'] as JsonObject)['text'] as JsonObject)['body'];
  expect(message.text).toBe(standard === undefined ? undefined : words(item));
  const reactions = (standard?.['reactions'] ?? []) as readonly JsonObject[];
  expect(message.reactions ?? []).toEqual(
    reactions.map(({ authorId: by, emoji, sentTimestamp }) => ({
      senderId: by === 'self' ? null : by,
      text: emoji,
      timeMs: sentTimestamp,
    })),
  );
  const states = [...(revisions as readonly JsonObject[]), item];
  // each earlier state, with the time of the one that replaced it
  expect(message.edits ?? []).toEqual(
    states.slice(1).map((next, index) => ({ timeMs: next['dateSent'], textBefore: words(states[index]!) })),
  );
  if (update === undefined) return;
  const [[name, facts]] = Object.entries(update) as [[string, JsonObject]];
  expect(message.system?.action).toBe(actions[name === 'simpleUpdate' ? (facts['type'] as string) : name]);
}

describeWithTestData("Signal on the validator's cases in JSON", (data: TestData) => {
  const names = data.names(...folder);
  const missing = new Set<string>();
  const look = (said: JsonObject, held: unknown, prefix: string): void => {
    const isHeld = holderOf(held);
    for (const fact of saidFacts(said)) {
      // the backup's own number of a conversation is where it stands
      if (!fact.path.endsWith('.chatId') && !isHeld(fact)) missing.add(prefix + fact.path);
    }
  };

  function checkConversation(backup: JsonBackup, chat: JsonObject, found: ConversationSource): number {
    const { conversation, messageCount } = found;
    const recipient = backup.all('recipient').find((each) => placeId(each) === chat['recipientId'])!;
    expect(conversation.title).toBe(nameOf(recipient));
    const { group } = recipient as Readonly<Record<string, JsonObject | undefined>>;
    expect(conversation.kind).toBe(
      group !== undefined ? 'group' : chat['recipientId'] === 'release-notes' ? 'channel' : 'direct',
    );
    if (group !== undefined) {
      const members = (group['snapshot'] as JsonObject)['members'] as readonly JsonObject[];
      expect(conversation.participants.map(({ id }) => id)).toEqual(members.map(({ userId }) => userId));
    }
    look({ ...recipient, id: null }, conversation, 'recipient');
    look({ ...chat, id: null }, conversation, 'chat');
    const items = backup.all('chatItem').filter(({ chatId }) => scalarText(chatId!) === scalarText(chat['id']!));
    const read = [...found.messages()];
    expect(messageCount).toBe(items.length);
    expect(read).toHaveLength(items.length);
    expect(new Set(read.map(({ id }) => id)).size).toBe(items.length);
    // no field is unknown to the reader
    expect(JSON.stringify([conversation, read])).not.toContain('"unknown":[');
    for (const [index, item] of items.entries()) {
      checkMessage(read[index]!, item);
      look(item, read[index], 'chatItem');
    }
    return items.length;
  }

  it.each(names)('finds in %s what it says, through a whole encrypted backup', async (name) => {
    const backup = new JsonBackup(data.text(...folder, name));
    const opened = await open(backup.encrypted());
    const source = await opened.chats();
    const conversations = new Map([...source.conversations()].map((each) => [each.conversation.id, each]));
    const chats = backup.all('chat');
    expect([...conversations.keys()]).toEqual(chats.map(({ recipientId }) => recipientId));
    const counts = chats.map((chat) =>
      checkConversation(backup, chat, conversations.get(chat['recipientId'] as string)!),
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(backup.all('chatItem').length);
    // the account is the only frame that is no conversation
    expect(opened.warnings.map(({ code, message }) => [code, message.endsWith(': account 1')])).toEqual([
      ['left-out', true],
    ]);
    opened.close();
  });
  it('ran over all of them, and leaves out what is listed and nothing else', () => {
    expect(names).toHaveLength(13);
    expect([...missing].sort()).toEqual(Object.keys(leftOut).sort());
  });
});

describe('protobuf JSON', () => {
  it('may have comments and a last comma, and neither within a text', () => {
    expect(parseProtobufJson('// one\n[{"a": "b // c,]", "d": [1, 2,], // two\n},]')).toEqual([
      { a: 'b // c,]', d: [1, 2] },
    ]);
  });
  it('is refused where a name or a word is not known', () => {
    expect(() => fieldsOfJson({ somebody: 1 }, infoTable)).toThrow('no field somebody');
    expect(() => fieldsOfJson({ word: 'C' }, { word: [1, ['A', 'B']] })).toThrow('no word C');
  });
});
