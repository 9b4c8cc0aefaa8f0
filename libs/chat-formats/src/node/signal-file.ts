import type { SignalKeys } from '../signal/recovery-key';
import { openSignalContent, type SignalFile, type SignalFileOptions } from '../signal/signal-file';
import { nodeCiphers, openPieceSource } from './node-platform';

/** `openSignalContent` of a file. */
export function openSignalFile(path: string, keys: SignalKeys, options: SignalFileOptions = {}): Promise<SignalFile> {
  return openSignalContent(openPieceSource(path), nodeCiphers, keys, options);
}
