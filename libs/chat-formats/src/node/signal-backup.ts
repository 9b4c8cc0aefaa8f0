import { basename } from 'node:path';
import type { BackupInspection, BackupWarning, OpenedBackup } from '../backup';
import { ChatFormatError } from '../errors';
import { uuidText } from '../protobuf/decode';
import type { FrameName } from '../signal/schema/frames';
import { openSignalRecords, type SignalSource } from '../signal/signal-source';
import type { OpenBackupOptions } from './open-options';
import { storeRecords } from './record-store';
import { openSignalFile } from './signal-file';

/**
 * A Signal backup (version 2), authenticated.
 *
 * @throws ChatFormatError `key-required`, `wrong-key`, `damaged`
 */
export async function openSignal(
  path: string,
  inspection: BackupInspection,
  { signalKeys, onRead, signal }: OpenBackupOptions,
): Promise<OpenedBackup> {
  if (signalKeys === undefined) {
    throw new ChatFormatError('key-required', 'this backup wants its recovery key (64 characters) and the account id');
  }
  const file = await openSignalFile(path, signalKeys, { ...(onRead ? { onRead } : {}), ...(signal ? { signal } : {}) });
  const aci = uuidText(signalKeys.aci);
  const sources: SignalSource[] = [];
  const warnings: BackupWarning[] = [];
  return {
    inspection,
    warnings,
    payload: { name: payloadName(path), chunks: () => file.chunks() },
    chats: async () => {
      const source = openSignalRecords(await storeRecords(file.chunks()), { aci });
      sources.push(source);
      warnings.splice(0, warnings.length, ...leftOut(source.frameCounts));
      return source;
    },
    close: () => {
      file.close();
      for (const source of sources) source.close();
    },
  };
}

const carried: ReadonlySet<FrameName> = new Set(['recipient', 'chat', 'chatItem', 'empty']);

/** What a backup holds beside conversations is said, not passed over. */
function leftOut(counts: ReadonlyMap<FrameName, number>): readonly BackupWarning[] {
  const others = [...counts].filter(([name]) => !carried.has(name));
  if (others.length === 0) return [];
  return [
    {
      code: 'left-out',
      message: `beside conversations this backup holds settings and others, which are not shown here: ${others
        .map(([name, count]) => `${name} ${count}`)
        .join(', ')}`,
    },
  ];
}

function payloadName(path: string): string {
  const name = basename(path);
  const inner = name.replace(/\.encrypted$/i, '');
  return inner === name || inner === '' ? `${name}.decrypted` : inner;
}
