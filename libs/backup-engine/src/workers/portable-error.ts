import { BackupFormatError } from '@coffer/backup-format';
import { ChatModelError } from '@coffer/chat-model';
import { DeviceCryptoError } from '@coffer/device-crypto';
import { CofferError, EncodingError } from '@coffer/foundation';

import { BackupEngineError } from '../errors';
import type { PortableError } from './worker-messages';

/** Packs an error for another thread; classes do not survive the way. */
export function packError(error: unknown): PortableError {
  if (error instanceof CofferError) {
    const isDamage =
      error instanceof DeviceCryptoError ||
      error instanceof BackupFormatError ||
      error instanceof ChatModelError ||
      error instanceof EncodingError;
    const kind = error.code === 'disk-full' ? 'disk-full' : isDamage ? 'damaged' : 'other';
    return { kind, code: error.code, message: error.message };
  }
  const code = systemCodeOf(error);
  const message = error instanceof Error ? error.message : 'an unknown fault';
  return code === undefined ? { kind: 'other', code: 'unexpected', message } : { kind: 'system', code, message };
}

/** The error on the other side: damage as BackupFormatError, a full disk as itself, faults of the system with their `code`. */
export function unpackError({ kind, code, message }: PortableError): Error {
  if (kind === 'disk-full') return new BackupEngineError('disk-full', message);
  if (kind === 'damaged') return new BackupFormatError('damaged', message, { fields: { reason: code } });
  if (kind === 'system') return Object.assign(new Error(message), { code });
  return new BackupEngineError('worker-failed', `a worker thread failed: ${message}`, { fields: { reason: code } });
}

/** `ENOSPC` and the like. */
export function systemCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}
