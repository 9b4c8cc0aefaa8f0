import { identifyBackup } from '@coffer/chat-formats/node';

import { askText } from '../input/prompts';
import type { Reporter } from '../output/reporter';
import type { FileRequest } from './open-file';

/**
 * The zone of the phone, for conversations with local times alone: an exported chat does not say it, so a person is asked, and a script
 * is told.
 */
export async function timeZoneOf(
  reporter: Reporter,
  { file, aci, timeZone, format }: FileRequest & { readonly format: string },
): Promise<string | undefined> {
  if (
    timeZone !== undefined ||
    format === 'original' ||
    aci !== undefined ||
    !identifyBackup(file).format.startsWith('export-chat')
  ) {
    return timeZone;
  }
  if (reporter.isInteractive) {
    const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    const answer = await askText(`Time zone of the phone that exported it, e.g. ${here}; nothing if you do not know`);
    if (answer.trim() !== '') return answer.trim();
  }
  reporter.warn(
    'no-time-zone',
    'an exported chat has the local times of its phone and no zone; they stay as they are unless --time-zone names it',
  );
  return undefined;
}
