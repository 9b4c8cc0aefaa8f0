import { createHash } from 'node:crypto';
import type { Message } from '@coffer/chat-model';
import { encodeSegment } from '@coffer/chat-model';
import { describeWithTestData } from '@coffer/test-kit';
import { expect, it } from 'vitest';
import { holderOf, saidFacts } from '../../test/signal-json/said-facts';
import { indexSignalBackup } from './backup-index';
import { openSignalRecords, type SignalRecords, type SignalSource } from './signal-source';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type JsonMap = Readonly<Record<string, Json>>;

const recordsOf = (bytes: Uint8Array): SignalRecords => ({
  sizeBytes: bytes.length,
  read: (offset, length) => bytes.subarray(offset, offset + length),
  close: () => undefined,
});
const source = (bytes: Uint8Array): SignalSource => openSignalRecords(recordsOf(bytes));

/** Of a secret that stands as hexadecimal text. */
const hashedId = (secretHex: string): string =>
  createHash('sha256').update(Buffer.from(secretHex, 'hex')).digest('hex').slice(0, 32);

/** Recipients stand in the expected results as a whole wherever they are named: their id is enough. */
function idOf(value: unknown): string | undefined {
  if (value === 'ReleaseNotes') return 'release-notes';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { Contact: contact, Group: group, Self_: self } = value as Readonly<Record<string, JsonMap | undefined>>;
  if (self !== undefined) return 'self';
  if (contact?.['identity_state'] !== undefined) return contact['aci'] as string;
  if (group === undefined) return undefined;
  return `group:${hashedId(group['master_key'] as string)}`;
}

/** What an entry of the expected results says it is, and what the model calls it. */
const kinds: Readonly<Record<string, readonly Message['kind'][]>> = {
  Standard: ['text', 'image', 'video', 'audio', 'gif', 'document'],
  Voice: ['audio'],
  Contact: ['contact'],
  Sticker: ['sticker'],
  RemoteDeleted: ['deleted'],
  AdminDeleted: ['deleted'],
  Update: ['system', 'call'],
  PaymentNotification: ['unsupported'],
  GiftBadge: ['unsupported'],
  ViewOnce: ['image', 'video', 'audio', 'gif', 'document'],
  DirectStoryReply: ['text'],
  Poll: ['poll'],
};

function checkItem(message: Message, item: JsonMap): void {
  const direction = item['direction'] as Json;
  const isOutgoing = typeof direction === 'object' && direction !== null && 'Outgoing' in direction;
  const author = idOf(item['author']!);
  expect(message.timeMs).toBe(item['sent_at']);
  expect(message.isFromSelf).toBe(isOutgoing);
  expect(message.senderId).toBe(author === 'self' ? null : author);
  const content = item['message'] as Json;
  const [tag, body] = (typeof content === 'string' ? [content, {}] : Object.entries(content as JsonMap)[0]) as [
    string,
    JsonMap,
  ];
  expect(kinds[tag], tag).toContain(message.kind);
  checkReactions(message, body);
  const text = (body['text'] as JsonMap | null)?.['text'] ?? body['question'];
  if (typeof text === 'string') expect(message.text).toBe(text);
  const quote = body['quote'] as JsonMap | null | undefined;
  if (quote == null) expect(message.quote).toBeUndefined();
  else {
    expect(message.quote).toMatchObject({ senderId: idOf(quote['author']!) });
    const quoted = (quote['text'] as JsonMap | null)?.['text'];
    if (quoted !== undefined) expect(message.quote!.text ?? '').toBe(quoted);
  }
  if (Array.isArray(body['options'])) {
    const options = body['options'] as readonly JsonMap[];
    expect(message.poll!.options).toEqual(options.map(({ option }) => option));
  }
  const revisions = item['revisions'] as readonly JsonMap[];
  expect(message.edits?.length ?? 0).toBe(revisions.length);
}

function checkReactions(message: Message, body: JsonMap): void {
  const reactions = ((body['reactions'] as JsonMap | undefined)?.['reactions'] ?? []) as readonly JsonMap[];
  const expected = reactions.map(({ author, emoji, sent_timestamp: timeMs }) => {
    const id = idOf(author!);
    return { senderId: id === 'self' ? null : id, text: emoji, timeMs };
  });
  const byTime = (left: { timeMs?: unknown }, right: { timeMs?: unknown }): number =>
    Number(left.timeMs) - Number(right.timeMs);
  expect([...(message.reactions ?? [])].sort(byTime)).toEqual(expected.sort(byTime));
}

/** What the expected results say of conversations and messages and the model does not hold as said. Everything else is looked for. */
const leftOut: Readonly<Record<string, string>> = {
  'chat.style.bubble_color.Custom.Solid.color':
    "the number of the color is kept; the color itself is among the account's settings",
  'chat.style.bubble_color.Preset.enum_value': "kept as Signal's number",
  'chat.style.wallpaper.Preset.enum_value': "kept as Signal's number",
  'item.author': 'the owner is senderId null',
  'item.direction': 'directionless: not from self',
  'item.direction.Outgoing.recipients[].status.Failed': 'an unknown reason is not written',
  'item.message': 'a remote deletion is the kind deleted',
  'item.message.Contact.contact.email[].type_': 'mobile is CELL in a vCard',
  'item.message.Contact.contact.number[].type_': 'mobile is CELL in a vCard',
  'item.message.DirectStoryReply.reactions.reactions[].author': 'the owner is senderId null',
  ...Object.fromEntries(
    [
      ...['C_V[]', 'C_x0[]', 'C_x1[]', 'C_y1[]', 'C_y2[]', 'poksho_proof[]'].map((name) => `proof.${name}`),
      'receipt_level',
      'receipt_serial_bytes[]',
    ].map((name) => [
      `item.message.GiftBadge.Valid.receipt_credential_presentation.${name}`,
      'kept as the bytes that it is read from',
    ]),
  ),
  'item.message.PaymentNotification.details.Transaction.status': 'the initial status is not written',
  'item.message.Poll.options[].votes[].voter': 'the owner is isFromSelf',
  'item.message.Poll.reactions.reactions[].author': 'the owner is senderId null',
  'item.message.Standard.attachments[].flag': 'no flag is not written',
  'item.message.Standard.attachments[].pointer.locator_info': 'a file without a locator is one by having none',
  'item.message.Standard.link_previews[].image.locator_info': 'a file without a locator is one by having none',
  'item.message.Standard.long_text.locator_info': 'a file without a locator is one by having none',
  'item.message.Standard.quote.attachments[].thumbnail.flag': 'no flag is not written',
  'item.message.Standard.reactions.reactions[].author': 'the owner is senderId null',
  'item.message.Sticker.reactions.reactions[].author': 'the owner is senderId null',
  'item.message.Update.GroupChange.updates[]': "the update's name is system.action",
  'item.message.Update.IndividualCall.call_type': 'call.isVideo',
  'item.message.Update.Simple': "this project's own word is system.action",
  'item.pin_details.expires': 'kept as pinned.neverExpires',
  'item.total_chat_item_order_index': 'the order of messages',
  'recipient.Contact.avatar_color': 'how a person is drawn',
  'recipient.Contact.identity_key[]': "a person's key",
  'recipient.Contact.identity_state': "a person's key",
  'recipient.Contact.profile_family_name': 'part of the name, or less than the name that the owner gave',
  'recipient.Contact.profile_given_name': 'part of the name, or less than the name that the owner gave',
  'recipient.Contact.profile_key': "a person's key",
  'recipient.Contact.registration': "a person's account",
  'recipient.Contact.visibility': "a setting of the owner's",
  'recipient.Group.avatar_color': 'how a group is drawn',
  'recipient.Group.blocked': "a setting of the owner's",
  'recipient.Group.master_key': 'opens the group: only a hash of it is kept, as the id',
  ...Object.fromEntries(
    [
      ...['access_control_add_from_invite_link', 'access_control_attributes', 'access_control_member_label'],
      ...['access_control_members', 'announcements_only', 'avatar_url', 'disappearing_messages_timer'],
      ...['invite_link_password', 'members[].label_emoji', 'members[].label_string', 'members[].role'],
      ...['members_banned[].timestamp', 'members_banned[].user_id', 'members_pending_admin_approval[].user_id'],
      ...['members_pending_profile_key[].added_by_user_id', 'members_pending_profile_key[].role'],
      ...['members_pending_profile_key[].user_id', 'terminated', 'version'],
    ].map((name) => [`recipient.Group.snapshot.${name}`, 'how a group is run']),
  ),
  'recipient.Group.story_send_mode': "a setting of the owner's",
  'recipient.Group.whitelisted': "a setting of the owner's",
};

/** Parts of the expected results that are no conversations: counted, said in a warning, and left out. */
const otherParts: readonly string[] = [
  'account_data',
  'ad_hoc_calls',
  'chat_folders',
  'meta',
  'notification_profiles',
  'pinned_chats',
  'recipients',
  'sticker_packs',
];

/** Numbers beyond 2^53 as text: JSON.parse would round them. */
const parseExact = (text: string): JsonMap =>
  JSON.parse(text.replaceAll(/([:[,]\s*)(\d{16,})(?=\s*[,\]}])/g, '$1"$2"')) as JsonMap;

describeWithTestData('Signal on the published cases', (data) => {
  const names = data.names('fixtures', 'signal-message-backup', 'cases');
  const missing = new Map<string, string>();
  const look = (said: JsonMap, held: unknown, prefix: string, skip: readonly string[]): void => {
    const isHeld = holderOf(held);
    const rest = Object.fromEntries(Object.entries(said).filter(([name]) => !skip.includes(name)));
    for (const fact of saidFacts(rest, idOf)) if (!isHeld(fact)) missing.set(prefix + fact.path, fact.value);
  };

  it.each(names)('carries what %s says', (name) => {
    const signal = source(data.bytes('fixtures', 'signal-message-backup', 'cases', name));
    const expectedName = name.replace('.binproto', '.comparable.json');
    const expected = parseExact(data.text('fixtures', 'signal-message-backup', 'expected', expectedName));
    const chats = expected['chats'] as readonly JsonMap[];
    expect(
      Object.keys(expected)
        .filter((part) => part !== 'chats')
        .sort(),
    ).toEqual(otherParts);
    const counted = (frame: Parameters<typeof signal.frameCounts.get>[0]): number => signal.frameCounts.get(frame) ?? 0;
    expect(counted('recipient')).toBe((expected['recipients'] as readonly Json[]).length);
    expect(counted('stickerPack')).toBe((expected['sticker_packs'] as readonly Json[]).length);
    expect(counted('adHocCall')).toBe((expected['ad_hoc_calls'] as readonly Json[]).length);
    expect(counted('notificationProfile')).toBe((expected['notification_profiles'] as readonly Json[]).length);
    expect(counted('chatFolder')).toBe((expected['chat_folders'] as readonly Json[]).length);
    expect(counted('unknown')).toBe(0);
    const found = new Map([...signal.conversations()].map((entry) => [entry.conversation.id, entry]));
    expect(found.size).toBe(chats.length);
    for (const chat of chats) {
      const { conversation, messages, messageCount } = found.get(idOf(chat['recipient']!)!)!;
      const items = chat['items'] as readonly JsonMap[];
      expect(conversation.isArchived ?? false).toBe(chat['archived']);
      look(chat, conversation, 'chat', ['items', 'recipient', 'archived']);
      const [[recipient, facts]] = Object.entries(chat['recipient'] as JsonMap) as [[string, JsonMap]];
      // in a conversation people are known by their name and id
      look(facts, conversation, `recipient.${recipient}`, []);
      const read = [...messages()];
      expect(messageCount).toBe(items.length);
      expect(read).toHaveLength(items.length);
      expect(new Set(read.map(({ id }) => id)).size).toBe(items.length);
      // no field is unknown to the reader: what it keeps without understanding it would be found below, too
      expect(JSON.stringify([conversation, read])).not.toContain('"unknown":[');
      for (const [index, item] of items.entries()) {
        checkItem(read[index]!, item);
        look(item, read[index], 'item', []);
      }
      // whatever was read can be backed up
      expect(encodeSegment(read).length).toBeGreaterThan(0);
    }
  });
  it('reads the canonical backup of the validator, which holds no conversation', () => {
    const bytes = data.bytes('fixtures', 'libsignal', 'canonical-backup.binproto');
    const expected = parseExact(data.text('fixtures', 'libsignal', 'canonical-backup.expected.json'));
    const { account_data: account, recipients, meta, ...lists } = expected;
    const { info, places } = indexSignalBackup(recordsOf(bytes));
    // all that it lists beside people is empty, and so is what is read
    expect(Object.entries(lists).filter(([, list]) => (list as readonly Json[]).length > 0)).toEqual([]);
    const signal = source(bytes);
    expect([...signal.conversations()]).toEqual([]);
    expect(Object.fromEntries(signal.frameCounts)).toEqual({
      account: account === null ? 0 : 1,
      recipient: (recipients as readonly Json[]).length,
    });
    const { version, media_root_backup_key: mediaRootKeyHex } = meta as JsonMap;
    expect(info).toMatchObject({ version, mediaRootKeyHex });
    const [, , list, link] = recipients as readonly JsonMap[];
    const { distribution_id: listId, name: listName } = (list!['DistributionList'] as Record<string, JsonMap>)['List']!;
    const { root_key: rootKey, name: linkName } = link!['CallLink'] as JsonMap;
    expect([...places.values()].map(({ id, name, kind }) => [id, name, kind])).toEqual([
      ['self', 'Note to Self', 'direct'],
      ['release-notes', 'Signal Release Notes', 'channel'],
      [`list:${listId as string}`, listName, 'broadcast'],
      [`call-link:${hashedId(rootKey as string)}`, linkName, 'group'],
    ]);
  });
  it('ran over all of them, and leaves out what is listed and nothing else', () => {
    expect(names).toHaveLength(302);
    expect([...missing.keys()].sort()).toEqual(Object.keys(leftOut).sort());
  });
});
