import { seed } from '@coffer/test-kit';

import { canonical } from './chat-histories';
import { toyMessage } from './toy-chats';

/** What a file of a history holds. Those of megabytes are cut into chunks and fill packs, and so do chats of thousands of messages. */
export type ContentKind = 'small' | 'chats' | 'long chats' | 'large' | 'database';

const pageBytes = 32 * 1024;

/**
 * One of few contents, so that what was removed comes back and is stored already; those of one kind have most of their bytes in common.
 *
 * @param number - 1 to 3
 */
export function newContent(
  kind: ContentKind,
  number: number,
): { readonly bytes: Uint8Array; readonly messages: number } {
  const at = `${kind} ${number}`;
  const known = made.get(at);
  if (known !== undefined) return known;
  const content = makers[kind](number);
  made.set(at, content);
  return content;
}

type Content = ReturnType<typeof newContent>;
const made = new Map<string, Content>();

const makers: Readonly<Record<ContentKind, (number: number) => Content>> = {
  small: (number) => ({ bytes: seed(`content ${number}`, 3000 * number), messages: 0 }),
  chats: (number) => chats(7 * number),
  // whole segments stay, the last one grows
  'long chats': (number) => chats(900 + 700 * number),
  large: (number) => ({ bytes: withChange(random('large', 1_000_000 * number), 300_000, number), messages: 0 }),
  database: (number) => {
    const bytes = withChange(random('database', 48 * pageBytes), 20 * pageBytes, number);
    bytes.set(new TextEncoder().encode('SQLite format 3\0'));
    return { bytes, messages: 0 };
  },
};

/** A chat history that reads without a database: the first messages of one conversation. */
function chats(messages: number): Content {
  const conversation = { id: 'one', kind: 'direct', title: 'One', participants: [] } as const;
  const history = { conversation, messages: Array.from({ length: messages }, (_, at) => toyMessage(at)) };
  return { bytes: new TextEncoder().encode(canonical('toy', [history])), messages };
}

function withChange(bytes: Uint8Array<ArrayBuffer>, at: number, number: number): Uint8Array<ArrayBuffer> {
  bytes.set(seed(`change ${number}`, 5000), at);
  return bytes;
}

/** The first bytes of one sequence that nothing shrinks. */
function random(name: string, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += pageBytes) {
    bytes.set(seed(`${name} ${at}`, Math.min(pageBytes, length - at)), at);
  }
  return bytes;
}
