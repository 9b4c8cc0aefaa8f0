import type { OpenedBackup } from '@coffer/chat-formats';
import { identifyBackup, openBackup } from '@coffer/chat-formats/node';
import { mergeSources } from '@coffer/chat-model';

import { requireFile } from '../files/require-file';
import { printable } from '../output/printable';
import { UsageError } from '../output/usage-error';

/**
 * A backup whose conversations hold those of other files too, every message once. Closing it closes all of them.
 *
 * @param paths - files that want no key: what `--format json` wrote, a chat database, exports
 * @throws UsageError where one of them wants a key; ChatFormatError as `openBackup` does
 */
export async function mergeWith(
  backup: OpenedBackup,
  paths: readonly string[],
  timeZone: string | undefined,
): Promise<OpenedBackup> {
  const others: OpenedBackup[] = [];
  const close = (): void => {
    for (const one of [backup, ...others]) one.close();
  };
  try {
    for (const path of paths) {
      await requireFile(path);
      if (identifyBackup(path).keyWanted !== 'none') {
        throw new UsageError(
          `"${printable(path)}" is encrypted: open it by itself with --format json, and name the result after --merge.`,
        );
      }
      others.push(await openBackup(path, timeZone === undefined ? {} : { timeZone }));
    }
  } catch (error) {
    close();
    throw error;
  }
  return {
    inspection: backup.inspection,
    payload: backup.payload,
    media: () => backup.media?.(),
    get warnings() {
      return [backup, ...others].flatMap(({ warnings }) => warnings);
    },
    chats: async () => {
      const sources = [];
      for (const one of [backup, ...others]) sources.push(await one.chats());
      return mergeSources(sources);
    },
    close,
  };
}
