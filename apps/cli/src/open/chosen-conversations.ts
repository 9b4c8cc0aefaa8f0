import type { OpenedBackup } from '@coffer/chat-formats';
import { foldText, someConversations, type ChatSource, type Conversation } from '@coffer/chat-model';

import { printable } from '../output/printable';
import { UsageError } from '../output/usage-error';

/** Most titles that an error lists. */
const listed = 20;

/**
 * A backup that has only some of its conversations, and what a result with them is called after that of the whole. Closing it closes
 * the backup.
 *
 * @throws UsageError as `chosenConversations`; ChatFormatError as the backup's `chats`
 */
export async function withChosen(
  backup: OpenedBackup,
  wanted: readonly string[],
): Promise<{ readonly chosen: OpenedBackup; readonly name: string }> {
  const source = chosenConversations(await backup.chats(), wanted);
  const chosen: OpenedBackup = {
    inspection: backup.inspection,
    payload: backup.payload,
    media: () => backup.media?.(),
    get warnings() {
      return backup.warnings;
    },
    chats: () => Promise.resolve(source),
    close: () => backup.close(),
  };
  return { chosen, name: nameOf(source) };
}

/**
 * The conversations that were asked for, by their ids or by their names; case and accents of a name do not matter, and several that bear
 * it are all meant.
 *
 * @param wanted - as they stand on the command line
 * @throws UsageError where one of them is not there, with the names that are
 */
function chosenConversations(source: ChatSource, wanted: readonly string[]): ChatSource {
  const titles: string[] = [];
  const missing = new Set(wanted);
  const chosen = someConversations(source, (conversation) => {
    titles.push(conversation.title);
    const hits = wanted.filter((name) => isCalled(conversation, name));
    for (const hit of hits) missing.delete(hit);
    return hits.length > 0;
  });
  const [first] = missing;
  if (first !== undefined) throw new UsageError(unknownName(first, titles));
  return chosen;
}

const isCalled = ({ id, title }: Conversation, name: string): boolean =>
  id === name || foldText(title.trim()) === foldText(name.trim());

function unknownName(name: string, titles: readonly string[]): string {
  const near = titles.filter((title) => foldText(title).includes(foldText(name.trim())));
  const shown = near.length > 0 ? near : titles;
  const more = shown.length > listed ? `, and ${shown.length - listed} more` : '';
  const names = shown.slice(0, listed).map((title) => `"${printable(title)}"`);
  const there = titles.length === 0 ? 'There are none in this file.' : `There are: ${names.join(', ')}${more}.`;
  return `No conversation has the name or id "${printable(name)}". ${there}`;
}

function nameOf(source: ChatSource): string {
  if (source.counts.chats !== 1) return `${source.counts.chats}-conversations`;
  for (const { conversation } of source.conversations()) {
    const plain = conversation.title.normalize('NFC').replace(/[^\p{L}\p{M}\p{N}]+/gu, '-');
    return (
      plain
        .replace(/^-+|-+$/g, '')
        .slice(0, 60)
        .toWellFormed() || '1-conversation'
    );
  }
  return '0-conversations';
}
