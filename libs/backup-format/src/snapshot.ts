import { sha256 } from '@coffer/crypto';
import type { SignedStatement } from '@coffer/evidence';
import { equalBytes } from '@coffer/foundation';

import { damaged, requireAtMost } from './fields';
import { formatLimits } from './limits';
import { joinSections, sectionHeadBytes, splitSections } from './sections';
import { decodeSigned, encodeSigned } from './signed-object';
import type { SectionDigest, SnapshotSummary } from './snapshot-summary';

/** A snapshot taken apart. Nothing is verified yet. */
export interface SnapshotSections {
  /** Its body is for `decodeSnapshotSummary` once its signature was verified. */
  readonly signed: SignedStatement;
  /** For `decodeConversationItems` once {@link requireSection} accepted it. */
  readonly conversations: Uint8Array;
  /** For `decodeFileItems` once {@link requireSection} accepted it. */
  readonly files: Uint8Array;
}

// Statement, signature and CBOR heads around the summary.
const signedBytes = formatLimits.summaryBytes + 2048;

/**
 * Length and SHA-256 of a section, for the summary.
 *
 * @param hash - its SHA-256 by the platform, which is faster; reckoned here unless given
 */
export function digestSection(section: Uint8Array, hash: Uint8Array<ArrayBuffer> = sha256(section)): SectionDigest {
  return { length: section.length, sha256: hash };
}

/** Plaintext of a snapshot. @throws BackupFormatError `too-large` */
export function encodeSnapshot({ signed, conversations, files }: SnapshotSections): Uint8Array<ArrayBuffer> {
  const plaintext = joinSections(encodeSigned(signed), conversations, files);
  requireAtMost(plaintext.length, formatLimits.sealedSnapshotBytes, 'snapshot');
  return plaintext;
}

/** Takes the whole plaintext of a snapshot apart. @throws BackupFormatError `damaged`, `too-large` */
export function splitSnapshot(plaintext: Uint8Array): SnapshotSections {
  const most = formatLimits.sealedSnapshotBytes;
  requireAtMost(plaintext.length, most, 'snapshot');
  const [signed, conversations, files] = splitSections(plaintext, [signedBytes, most, most], 'snapshot');
  return { signed: decodeSigned(signed!, signedBytes, 'snapshot'), conversations: conversations!, files: files! };
}

/**
 * Reads the length before the first section, for readers that fetch ranges.
 *
 * @returns offset and length of the signed summary in the plaintext, in bytes
 * @throws BackupFormatError `too-large`
 */
export function signedSummaryPlace(length: number): { readonly offset: number; readonly length: number } {
  requireAtMost(length, signedBytes, 'snapshot', 'summary');
  return { offset: sectionHeadBytes, length };
}

/** Reads the first section alone. @throws BackupFormatError `damaged`, `too-large` */
export function decodeSignedSummary(section: Uint8Array): SignedStatement {
  return decodeSigned(section, signedBytes, 'snapshot');
}

/**
 * Where the two other sections lie in the plaintext.
 *
 * @param signedLength - length of the first section in bytes
 */
export function sectionPlaces(
  signedLength: number,
  summary: SnapshotSummary,
): Readonly<Record<'conversations' | 'files', { readonly offset: number; readonly length: number }>> {
  const conversations = { offset: 2 * sectionHeadBytes + signedLength, length: summary.conversations.length };
  const files = {
    offset: conversations.offset + conversations.length + sectionHeadBytes,
    length: summary.files.length,
  };
  return { conversations, files };
}

/**
 * Holds a section against the signed summary.
 *
 * @param hash - its SHA-256 by the platform, which is faster; reckoned here unless given
 * @throws BackupFormatError `damaged`
 */
export function requireSection(section: Uint8Array, digest: SectionDigest, hash?: Uint8Array): Uint8Array {
  if (section.length !== digest.length || !equalBytes(hash ?? sha256(section), digest.sha256)) {
    throw damaged('snapshot', 'a section is not the one that the owner signed');
  }
  return section;
}
