import { jsonDocument, type ChatSource, type Conversation, type Message } from '@coffer/chat-model';
import { fc } from '@fast-check/vitest';

/** The chats of one service on one device: what a history of edits changes between two backups. */
export interface ChatHistory {
  readonly conversation: Conversation;
  readonly messages: readonly Message[];
}

/** What a person does between two backups. */
export type ChatEdit =
  | { readonly kind: 'append'; readonly at: number; readonly messages: readonly Message[] }
  | { readonly kind: 'insert' | 'change'; readonly at: number; readonly index: number; readonly message: Message }
  | { readonly kind: 'delete'; readonly at: number; readonly index: number; readonly count: number }
  | { readonly kind: 'begin'; readonly history: ChatHistory }
  | { readonly kind: 'leave'; readonly at: number }
  | { readonly kind: 'rename'; readonly at: number; readonly title: string }
  | { readonly kind: 'nothing' };

const words = fc.string({ maxLength: 100, unit: 'grapheme' });
const instant = fc.integer({ min: 0, max: 2_000_000_000_000 });
const person = fc.constantFrom('ada', 'bo', 'čeněk', '4915100000@s.example');
/** In the canonical order, which is that of their names. */
const extras = fc
  .dictionary(fc.constantFrom('a', 'b.c', 'd-e'), fc.oneof(words, fc.maxSafeInteger(), fc.boolean()), { minKeys: 1 })
  .map((some) => Object.fromEntries(Object.entries(some).sort(([one], [other]) => (one < other ? -1 : 1))));
const message: fc.Arbitrary<Message> = fc.record(
  {
    id: fc.uuid(),
    senderId: fc.option(person),
    isFromSelf: fc.boolean(),
    timeMs: fc.option(instant),
    kind: fc.constantFrom('text' as const, 'image' as const, 'system' as const),
    text: words,
    media: fc.record({ path: words, sizeBytes: fc.nat() }, { noNullPrototype: true }),
    quote: fc.record({ messageId: fc.uuid(), text: words }, { noNullPrototype: true }),
    reactions: fc.array(fc.record({ senderId: fc.option(person), text: words }, { noNullPrototype: true }), {
      maxLength: 3,
    }),
    extras,
  },
  { requiredKeys: ['id', 'senderId', 'isFromSelf', 'timeMs', 'kind'], noNullPrototype: true },
);
const conversation: fc.Arbitrary<Conversation> = fc.record(
  {
    id: fc.uuid(),
    kind: fc.constantFrom('direct' as const, 'group' as const),
    title: words,
    participants: fc.array(fc.record({ id: person, name: words }, { noNullPrototype: true }), { maxLength: 3 }),
  },
  { noNullPrototype: true },
);
/** Long enough now and then for more than one segment. */
const messages = fc
  .tuple(fc.array(message, { maxLength: 12 }), fc.integer({ min: 1, max: 60 }))
  .map(([few, times]) => Array.from({ length: few.length * times }, (_, at) => numbered(few[at % few.length]!, at)));
const at = fc.nat(5);
const index = fc.nat(3000);

export const arbitraryHistory: fc.Arbitrary<ChatHistory> = fc.record({ conversation, messages });
export const arbitraryEdit: fc.Arbitrary<ChatEdit> = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), at, messages: fc.array(message, { minLength: 1, maxLength: 5 }) }),
  fc.record({ kind: fc.constantFrom('insert' as const, 'change' as const), at, index, message }),
  fc.record({ kind: fc.constant('delete' as const), at, index, count: fc.integer({ min: 1, max: 50 }) }),
  fc.record({ kind: fc.constant('begin' as const), history: arbitraryHistory }),
  fc.record({ kind: fc.constant('leave' as const), at }),
  fc.record({ kind: fc.constant('rename' as const), at, title: words }),
  fc.constant({ kind: 'nothing' as const }),
);

function numbered(message: Message, at: number): Message {
  return { ...message, id: `${message.id}/${at}` };
}

/** The histories after an edit; one that names no conversation that is there changes nothing. */
export function edited(histories: readonly ChatHistory[], edit: ChatEdit): readonly ChatHistory[] {
  if (edit.kind === 'nothing') return histories;
  if (edit.kind === 'begin') return [...histories, edit.history];
  const one = histories[edit.at];
  if (one === undefined) return histories;
  if (edit.kind === 'leave') return histories.toSpliced(edit.at, 1);
  return histories.with(edit.at, changed(one, edit));
}

function changed(one: ChatHistory, edit: Exclude<ChatEdit, { kind: 'nothing' | 'begin' | 'leave' }>): ChatHistory {
  const { conversation, messages } = one;
  switch (edit.kind) {
    case 'rename':
      return { conversation: { ...conversation, title: edit.title }, messages };
    case 'append':
      return { conversation, messages: [...messages, ...edit.messages] };
    case 'insert':
      return { conversation, messages: messages.toSpliced(edit.index % (messages.length + 1), 0, edit.message) };
    case 'change':
      return { conversation, messages: messages.toSpliced(edit.index % (messages.length + 1), 1, edit.message) };
    case 'delete':
      return { conversation, messages: messages.toSpliced(edit.index % (messages.length + 1), edit.count) };
  }
}

/** The canonical form of histories: one JSON document, which is a chat history that can be backed up, too. */
export function canonical(format: string, histories: readonly ChatHistory[]): string {
  const source: ChatSource = {
    format,
    counts: { chats: histories.length, messages: histories.reduce((sum, { messages }) => sum + messages.length, 0) },
    conversations: () =>
      histories.map(({ conversation, messages }) => ({
        conversation,
        messageCount: messages.length,
        messages: () => messages,
      })),
    close: () => undefined,
  };
  return [...jsonDocument(source)].join('');
}
