import { BackupFormatError } from '@coffer/backup-format';
import { ChatModelError } from '@coffer/chat-model';
import { DeviceCryptoError } from '@coffer/device-crypto';
import { EvidenceError } from '@coffer/evidence';
import { EncodingError } from '@coffer/foundation';
import { ObjectStoreError } from '@coffer/object-store';

import { BackupEngineError } from './errors';

/**
 * Runs what reads one object, and gives every failure the object's path.
 *
 * @param path - within the repository; names no content
 * @throws BackupEngineError `damaged`, `missing-object`; everything else as it is
 */
export async function readingObject<T>(path: string, read: () => Promise<T> | T): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw namedFor(path, cause);
  }
}

function namedFor(path: string, cause: unknown): unknown {
  const fields = { path };
  if (cause instanceof ObjectStoreError && cause.code === 'not-found') {
    return new BackupEngineError('missing-object', `an object of the backup is missing from the store: ${path}`, {
      cause,
      fields,
    });
  }
  const isOfContent =
    cause instanceof DeviceCryptoError ||
    cause instanceof EvidenceError ||
    cause instanceof ChatModelError ||
    cause instanceof EncodingError ||
    cause instanceof BackupFormatError;
  // What a newer program wrote is sound: the remedy is another one than after damage.
  if (!isOfContent || cause.code.startsWith('unsupported')) return cause;
  return new BackupEngineError('damaged', `an object of the backup is damaged or was tampered with: ${path}`, {
    cause,
    fields,
  });
}

/** @throws BackupEngineError `stopped` once the caller's signal is aborted */
export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw stopped();
}

export function stopped(): BackupEngineError {
  return new BackupEngineError(
    'stopped',
    'stopped as asked; what is stored stays, and the next run goes on from there',
  );
}
