import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { ChatSource } from '@coffer/chat-model';
import type { BackupInspection, BackupPayload, BackupWarning, OpenedBackup } from '../backup';

/**
 * A backup that is not encrypted: its payload is the file itself.
 *
 * @param open - opens the conversations; may add to `warnings`
 */
export function plainBackup(
  path: string,
  inspection: BackupInspection,
  open: () => ChatSource,
  warnings: readonly BackupWarning[] = [],
): OpenedBackup {
  const sources: ChatSource[] = [];
  const payload: BackupPayload = {
    name: basename(path),
    sizeBytes: inspection.sizeBytes,
    chunks: () => createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Uint8Array>,
  };
  return {
    inspection,
    warnings,
    payload,
    chats: async () => {
      const source = open();
      sources.push(source);
      return source;
    },
    close: () => sources.forEach((source) => source.close()),
  };
}
