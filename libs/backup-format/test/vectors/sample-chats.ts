import type { Message } from '@coffer/chat-model';

import type { SampleChat } from './draft';

const startMs = Date.UTC(2026, 0, 5, 8);
const minuteMs = 60_000;

/** A short chat of three messages. */
export const shortChat: SampleChat = {
  source: 'phone/chats.txt',
  format: 'text-export',
  conversation: { id: 'ada', kind: 'direct', title: 'Ada', participants: [{ id: 'ada', name: 'Ada' }] },
  messages: [
    { id: '1', senderId: 'ada', isFromSelf: false, timeMs: startMs, kind: 'text', text: 'Are you there?' },
    { id: '2', senderId: null, isFromSelf: true, timeMs: startMs + minuteMs, kind: 'text', text: 'Yes ✓' },
    { id: '3', senderId: 'ada', isFromSelf: false, timeMs: startMs + 2 * minuteMs, kind: 'text', text: 'Good.' },
  ],
};

const everyField: readonly Omit<Message, 'id' | 'timeMs'>[] = [
  {
    senderId: null,
    isFromSelf: false,
    kind: 'system',
    system: { action: 'group-created', participantIds: ['ada', 'bob'], value: 'Trip' },
  },
  {
    senderId: 'bob',
    isFromSelf: false,
    kind: 'text',
    text: '\ufeffa mark at the start, 𝄞 and ä',
    marks: ['starred', 'forwarded'],
  },
  {
    senderId: 'ada',
    isFromSelf: false,
    kind: 'image',
    text: 'the harbour',
    media: {
      path: 'Media/IMG_1.jpg',
      name: 'IMG_1.jpg',
      mimeType: 'image/jpeg',
      sizeBytes: 48_211,
      sha256Hex: '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',
      widthPixels: 1600,
      heightPixels: 1200,
    },
    reactions: [
      { senderId: null, text: '👍', timeMs: startMs + 5000 },
      { senderId: 'bob', text: '❤️' },
    ],
  },
  { senderId: 'ada', isFromSelf: false, kind: 'audio', media: { durationSeconds: 12, isOmitted: true } },
  {
    senderId: null,
    isFromSelf: true,
    kind: 'text',
    text: 'tomorrow at 9',
    quote: { messageId: 'm2', senderId: 'bob', text: 'when?', kind: 'text' },
  },
  {
    senderId: 'bob',
    isFromSelf: false,
    kind: 'text',
    text: 'ten',
    edits: [{ timeMs: startMs + 9000, textBefore: 'nine' }, { timeMs: startMs + 9900 }],
    marks: ['edited'],
  },
  {
    senderId: 'ada',
    isFromSelf: false,
    kind: 'location',
    place: { latitude: -12.0464, longitude: 1e-7, name: 'Pier', address: '1 Quay' },
  },
  { senderId: null, isFromSelf: true, kind: 'contact', contacts: ['BEGIN:VCARD\nVERSION:3.0\nFN:Eve\nEND:VCARD\n'] },
  { senderId: 'bob', isFromSelf: false, kind: 'call', call: { isVideo: true, isMissed: true } },
  { senderId: 'bob', isFromSelf: false, kind: 'poll', text: 'Where?', poll: { options: ['sea', 'hills'] } },
  { senderId: 'eve', isFromSelf: false, kind: 'deleted', marks: ['deleted-by-admin'] },
  { senderId: 'eve', isFromSelf: false, kind: 'unsupported', unsupportedType: 'type 90' },
];

/** A group chat in which every field of the chat model appears; the last message has a local time only. */
export const groupChat: SampleChat = {
  source: 'phone/msgstore.db',
  format: 'whatsapp-msgstore',
  conversation: {
    id: 'trip@g',
    kind: 'group',
    title: 'Trip ⛵',
    participants: [{ id: 'ada', name: 'Ada' }, { id: 'bob' }],
    isArchived: true,
    createdMs: startMs - minuteMs,
  },
  messages: [
    ...everyField.map((fields, at): Message => ({ id: `m${at + 1}`, timeMs: startMs + at * minuteMs, ...fields })),
    {
      id: 'last',
      senderId: null,
      isFromSelf: true,
      timeMs: null,
      localTime: '2026-01-05T21:07',
      kind: 'text',
      text: '',
    },
  ],
};

/** Messages of which none has an instant. */
export const timelessChat: SampleChat = {
  source: 'phone/msgstore.db',
  format: 'whatsapp-msgstore',
  conversation: { id: 'list', kind: 'broadcast', title: 'List', participants: [] },
  messages: [
    {
      id: '1',
      senderId: null,
      isFromSelf: true,
      timeMs: null,
      localTime: '2026-01-05T08:00:59',
      kind: 'text',
      text: 'hi',
    },
  ],
};

/** A conversation of so many messages. */
export function longChat(messages: number): SampleChat {
  return {
    source: 'phone/msgstore.db',
    format: 'whatsapp-msgstore',
    conversation: { id: 'bob', kind: 'direct', title: 'Bob', participants: [{ id: 'bob', name: 'Bob' }] },
    messages: Array.from({ length: messages }, (_, at): Message => {
      const isFromSelf = at % 3 === 0;
      const senderId = isFromSelf ? null : 'bob';
      return {
        id: String(at),
        senderId,
        isFromSelf,
        timeMs: startMs + at * minuteMs,
        kind: 'text',
        text: `message ${at}`,
      };
    }),
  };
}

/** One message so long that its segment does not fit into one chunk. */
export const hugeMessageChat: SampleChat = {
  source: 'phone/msgstore.db',
  format: 'whatsapp-msgstore',
  conversation: { id: 'eve', kind: 'direct', title: 'Eve', participants: [] },
  messages: [
    { id: '1', senderId: null, isFromSelf: true, timeMs: startMs, kind: 'text', text: 'ha'.repeat(700_000) },
    { id: '2', senderId: null, isFromSelf: true, timeMs: startMs + minuteMs, kind: 'text', text: 'too long?' },
  ],
};
