import type { OpenedSnapshot, Repository } from '@coffer/backup-engine';

import type { CommandContext } from '../command-context';
import { formatCount } from '../output/format';
import { printable } from '../output/printable';
import {
  nothingWanted,
  readConversation,
  wantedConversations,
  writeDocument,
  type WantedMessages,
} from './wanted-messages';

/**
 * Writes the conversations of an id, or all, as JSON documents of their own, with the messages of a range. A conversation without a
 * message in the range is left out.
 *
 * @throws BackupEngineError `not-found`, `damaged`; OutputError `already-exists`
 */
export async function restoreConversations(
  context: CommandContext,
  repository: Repository,
  snapshot: OpenedSnapshot,
  wanted: WantedMessages,
  folder: string,
): Promise<void> {
  const found = await wantedConversations(snapshot, wanted);
  const isOnly = wanted.conversationId !== undefined && found.length === 1;
  let [written, messages] = [0, 0];
  for (const one of found) {
    const source = await readConversation(context, repository, one);
    if (source === undefined) continue;
    written += 1;
    await writeDocument(context, folder, isOnly ? 'conversation.json' : `conversation-${written}.json`, source);
    messages += source.counts.messages;
  }
  if (written === 0) throw nothingWanted();
  context.reporter.summary(
    { snapshot: snapshot.idHex, conversations: written, messages, out: folder },
    `Restored ${formatCount(messages)} messages into ${printable(folder)}.`,
  );
}
