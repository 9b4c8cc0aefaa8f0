import type { ChatSource, ConversationSource } from '../source';
import { mergeConversation, type DatedConversation } from './merge-conversation';
import { countMerged, mergeMessages } from './merge-messages';
import type { IdKind, MessageList } from './message-pairs';
import { textCopy } from './text-copy';

/** Ids of any other source are the service's own: a document in the form of docs/chats.schema.json promises it. */
const idKinds: Readonly<Record<string, IdKind>> = {
  'export-chat': 'position',
  'whatsapp-msgstore': 'row',
  merged: 'row',
};

const idKindOf = (format: string): IdKind => (Object.hasOwn(idKinds, format) ? idKinds[format]! : 'lasting');

/** A conversation in one source. */
interface Copy {
  readonly entry: ConversationSource;
  readonly format: string;
}

/**
 * Several sources of one history as one, every message once: backups of one phone from different days, say. Conversations are the same
 * where their ids are; what is in one source alone is taken as it is. The order of the sources makes no difference to what is in the
 * result. Of a conversation that is in more than one source all messages are in memory while it is read; they are gone through once
 * more than they are asked for, since the counts come first. Closing the result closes the sources.
 */
export function mergeSources(sources: readonly ChatSource[]): ChatSource {
  return new MergedSource(sources);
}

class MergedSource implements ChatSource {
  readonly format: string;
  readonly counts: { readonly chats: number; readonly messages: number };
  readonly #sources: readonly ChatSource[];
  readonly #copies: ReadonlyMap<string, readonly Copy[]>;
  readonly #merged = new Map<string, { readonly entry: DatedConversation; readonly messageCount: number }>();

  constructor(sources: readonly ChatSource[]) {
    this.#sources = sources;
    const formats = new Set(sources.map(({ format }) => format));
    this.format = formats.size === 1 ? [...formats][0]! : 'merged';
    this.#copies = copiesOf(sources);
    let messages = 0;
    for (const [id, copies] of this.#copies) {
      if (copies.length > 1) this.#merged.set(id, summary(copies));
      messages += this.#merged.get(id)?.messageCount ?? copies[0]!.entry.messageCount;
    }
    this.counts = { chats: this.#copies.size, messages };
  }

  *conversations(): Generator<ConversationSource, void, undefined> {
    for (const [id, copies] of this.#copies) {
      const merged = this.#merged.get(id);
      if (merged === undefined) yield copies[0]!.entry;
      else {
        const { conversation } = merged.entry;
        yield { conversation, messageCount: merged.messageCount, messages: () => mergeCopies(copies).messages };
      }
    }
  }

  close(): void {
    for (const source of this.#sources) source.close();
  }
}

function copiesOf(sources: readonly ChatSource[]): ReadonlyMap<string, readonly Copy[]> {
  const copies = new Map<string, Copy[]>();
  for (const source of sources) {
    for (const entry of source.conversations()) {
      const { id } = entry.conversation;
      const known = copies.get(id);
      if (known === undefined) copies.set(id, [{ entry, format: source.format }]);
      else known.push({ entry, format: source.format });
    }
  }
  adoptTexts(copies);
  return copies;
}

/** A text export goes to the one other conversation of its title, where it can be told who is who. */
function adoptTexts(copies: Map<string, Copy[]>): void {
  const isTextOnly = (own: readonly Copy[]): boolean => own.every(({ format }) => idKindOf(format) === 'position');
  for (const [id, own] of copies) {
    if (!isTextOnly(own)) continue;
    const { title } = own[0]!.entry.conversation;
    const targets = [...copies.values()].filter(
      (others) => !isTextOnly(others) && others.some(({ entry }) => entry.conversation.title === title),
    );
    const [target] = targets;
    if (target === undefined || targets.length > 1) continue;
    const other = target.find(({ format }) => idKindOf(format) !== 'position')!;
    const translated = own.map(({ entry }) => textCopy(entry, other.entry));
    if (translated.includes(undefined)) continue;
    target.push(...own.map(({ format }, index) => ({ format, entry: translated[index]! })));
    copies.delete(id);
  }
}

const listOf = ({ entry, format }: Copy): MessageList => ({ messages: [...entry.messages()], ids: idKindOf(format) });

/** Lasting ids of two services are not one another's: among copies of several formats they are worth as much as those of rows. */
function listsOf(copies: readonly Copy[]): readonly MessageList[] {
  const isOneFormat = copies.every(({ format }) => format === copies[0]!.format);
  return copies.map((copy): MessageList => {
    const list = listOf(copy);
    return isOneFormat || list.ids === 'position' ? list : { ...list, ids: 'row' };
  });
}

const mergeCopies = (copies: readonly Copy[]): MessageList => listsOf(copies).reduce(mergeMessages);

/** What there is to say before the messages are asked for, from one reading of them. */
function summary(copies: readonly Copy[]): { readonly entry: DatedConversation; readonly messageCount: number } {
  const lists = listsOf(copies);
  const dated = copies.map(({ entry }, index): DatedConversation => {
    let newestMs = Number.MIN_SAFE_INTEGER;
    for (const { timeMs } of lists[index]!.messages) if (timeMs !== null && timeMs > newestMs) newestMs = timeMs;
    return { conversation: entry.conversation, newestMs };
  });
  const entry = dated.reduce((left, right) => ({
    conversation: mergeConversation(left, right),
    newestMs: Math.max(left.newestMs, right.newestMs),
  }));
  return { entry, messageCount: countMerged(lists.slice(0, -1).reduce(mergeMessages), lists.at(-1)!) };
}
