import { open } from 'node:fs/promises';
import { formatDigits, parseDigits, type BackupKey } from '@coffer/device-crypto';
import { CofferError, equalBytes, fromUtf8 } from '@coffer/foundation';

import { writeFileAtomically } from '../files/atomic-file';

/** Largest key file in bytes: digits, blanks, nothing else. */
const maximumBytes = 4096;

/**
 * A file that should hold a 64-digit key, or receive one, does not do.
 *
 * - `already-exists`: another key or something else is there. It was not touched.
 * - `invalid-key`: the file holds no 64-digit key.
 */
export class KeyFileError extends CofferError {
  declare readonly code: 'already-exists' | 'invalid-key';
}

/**
 * Records a backup key as its 64 digits: 0600, on the disk (fsync), read back and compared, so that it counts as recorded. The
 * same key once more is no fault.
 *
 * @throws KeyFileError `already-exists`
 */
export async function writeKeyFile(path: string, backupKey: BackupKey): Promise<void> {
  const there = await readKeyFile(path).catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    if (error instanceof KeyFileError) throw taken(path, error);
    throw error;
  });
  if (there !== undefined && !equalBytes(there, backupKey)) throw taken(path);
  if (there === undefined) {
    await writeFileAtomically(path, (writer) => writer.write(`${formatDigits(backupKey)}\n`), { mode: 0o600 });
  }
  if (!equalBytes(await readKeyFile(path), backupKey)) {
    throw new KeyFileError('invalid-key', `"${path}" does not hold what was written to it. The key is not recorded.`);
  }
}

/** The backup key of a file that holds 64 digits. @throws KeyFileError `invalid-key`; the error of the file system */
export async function readKeyFile(path: string): Promise<BackupKey> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    if (size > maximumBytes) throw invalid(path);
    return parseKeyText(await handle.readFile(), path);
  } finally {
    await handle.close();
  }
}

/**
 * Reads 64 digits; wipes the bytes that they came in.
 *
 * @param source - for the message: a path, or what stands for one
 * @throws KeyFileError `invalid-key`
 */
export function parseKeyText(bytes: Uint8Array, source: string): BackupKey {
  try {
    if (bytes.length > maximumBytes) throw invalid(source);
    return parseDigits(fromUtf8(bytes));
  } catch (cause) {
    throw cause instanceof KeyFileError ? cause : invalid(source, cause);
  } finally {
    bytes.fill(0);
  }
}

function invalid(source: string, cause?: unknown): KeyFileError {
  const why = cause instanceof CofferError ? `: ${cause.message}` : '';
  return new KeyFileError(
    'invalid-key',
    `${source} holds no 64-digit key${why}. Nothing was changed.`,
    cause === undefined ? {} : { cause },
  );
}

function taken(path: string, cause?: unknown): KeyFileError {
  return new KeyFileError(
    'already-exists',
    `"${path}" is there already and holds something else. It was not touched; name another file for the key.`,
    cause === undefined ? {} : { cause },
  );
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
