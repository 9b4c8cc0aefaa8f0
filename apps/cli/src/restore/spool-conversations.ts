import { join } from 'node:path';
import type { Repository } from '@coffer/backup-engine';
import { jsonDocumentOf, type ConversationSource } from '@coffer/chat-model';

import type { CommandContext } from '../command-context';
import { writeNewFile } from '../files/new-output';
import { writeTexts } from '../files/write-texts';
import { readConversation, type WantedConversation } from './wanted-messages';

/**
 * Writes conversations as JSON documents, one for each format: to be read again as often as a merge wants, without holding them. Where a
 * snapshot has two of one id (an older copy of a database), the second goes into a document of its own.
 *
 * @returns absolute paths
 */
export async function spoolConversations(
  context: CommandContext,
  repository: Repository,
  wanted: readonly WantedConversation[],
  folder: string,
): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const group of groupsOf(wanted)) {
    const name = `${paths.length + 1}.json`;
    let conversations = 0;
    async function* read(): AsyncGenerator<ConversationSource, void, undefined> {
      for (const one of group) {
        const source = await readConversation(context, repository, one);
        if (source === undefined) continue;
        conversations += 1;
        yield* source.conversations();
      }
    }
    await writeNewFile(folder, name, { isForced: false, signal: context.signal }, async (write) => {
      await writeTexts(jsonDocumentOf(group[0]!.item.format, read()), write);
    });
    if (conversations > 0) paths.push(join(folder, name));
  }
  return paths;
}

/** By format, no id twice in a group. */
function groupsOf(wanted: readonly WantedConversation[]): readonly (readonly WantedConversation[])[] {
  const groups = new Map<string, WantedConversation[]>();
  const seen = new Map<string, number>();
  for (const one of wanted) {
    const { format, conversation } = one.item;
    const times = seen.get(`${format} ${conversation.id}`) ?? 0;
    seen.set(`${format} ${conversation.id}`, times + 1);
    const key = `${format} ${times}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}
