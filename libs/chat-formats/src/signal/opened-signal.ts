import type { BackupInspection, BackupWarning, OpenedBackup } from '../backup';
import { ChatFormatError } from '../errors';
import { uuidText } from '../protobuf/decode';
import type { SignalKeys } from './recovery-key';
import type { FrameName } from './schema/frames';
import type { SignalFile } from './signal-file';
import { openSignalRecords, type SignalRecords, type SignalSource } from './signal-source';

/** No key was given. */
export const recoveryKeyRequired = (): ChatFormatError =>
  new ChatFormatError('key-required', 'this backup wants its recovery key (64 characters) and the account id');

/** What is made of an authenticated file. */
export interface SignalContent {
  /** Closed with the backup. */
  readonly file: SignalFile;
  /** Without any folder. */
  readonly fileName: string;
  readonly inspection: BackupInspection;
  readonly keys: SignalKeys;
  /** Where the records are kept while they are read. */
  readonly storeRecords: (chunks: AsyncIterable<Uint8Array>) => Promise<SignalRecords>;
}

/** A Signal backup (version 2) as a backup. */
export function openedSignal({ file, fileName, inspection, keys, storeRecords }: SignalContent): OpenedBackup {
  const aci = uuidText(keys.aci);
  const sources: SignalSource[] = [];
  const warnings: BackupWarning[] = [];
  return {
    inspection,
    warnings,
    payload: { name: payloadName(fileName), chunks: () => file.chunks() },
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

function payloadName(fileName: string): string {
  const inner = fileName.replace(/\.encrypted$/i, '');
  return inner === fileName || inner === '' ? `${fileName}.decrypted` : inner;
}
