import type { BackupInspection } from '../backup';
import { cryptGenerations, describeLegacySignal, inspectionOf } from '../describe-backup';
import { hasChecksum } from './crypt-file';
import { readFileStart } from './first-bytes';
import { openSqliteFile } from './sqlite-database';
import { openByteSource, openZipFile } from './zip-file';

/**
 * Says what a file is and which key it wants, without a key and without opening it. An encrypted file is read once, for its
 * checksum.
 *
 * @throws ChatFormatError `not-a-backup` where no reader knows it, `damaged` where it is known and cannot be read
 */
export function inspectBackup(path: string): BackupInspection {
  const inspection = identifyBackup(path);
  const generation = cryptGenerations.find((name) => inspection.format === `whatsapp-${name}`);
  if (generation === undefined) return inspection;
  const checksum = hasChecksum(path, generation) ? 'right' : 'wrong or absent';
  return { ...inspection, facts: { ...inspection.facts, checksum } };
}

/** As `inspectBackup`, without what wants the whole of an encrypted file. */
export function identifyBackup(path: string): BackupInspection {
  const openers = {
    database: () => openSqliteFile(path),
    zip: () => openZipFile(path),
    bytes: () => openByteSource(path),
  };
  return inspectionOf(readFileStart(path), openers);
}

/** `describeLegacySignal` of a file. */
export function inspectLegacySignal(path: string): BackupInspection | undefined {
  return describeLegacySignal(readFileStart(path));
}
