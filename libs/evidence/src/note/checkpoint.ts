import { EncodingError, toBase64Url } from '@coffer/foundation';

import { EvidenceError } from '../errors';
import { fromBase64, toBase64 } from './base64';
import type { NoteSigner, NoteVerifier } from './note-key';
import { openNote, signNote } from './note';

/** A tree head (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** `ledgerOrigin(vaultId)` for a vault's ledger. */
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** Lines after the root, none empty; usually none. */
  readonly extensions: readonly string[];
}

/** Origin of a vault's ledger, and name of the key that signs its checkpoints. @param vaultId - 16 bytes */
export function ledgerOrigin(vaultId: Uint8Array): string {
  return `coffer.ledger/${toBase64Url(vaultId)}`;
}

/** Name of the key that signs a vault's deletion certificates. @param vaultId - 16 bytes */
export function certificateKeyName(vaultId: Uint8Array): string {
  return `coffer.certificate/${toBase64Url(vaultId)}`;
}

/** Text of a checkpoint: origin, size, root in base64, extension lines. @throws EvidenceError `checkpoint-invalid` */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const { origin, size, root, extensions } = checkpoint;
  const text = [origin, String(size), toBase64(root), ...extensions].map((line) => `${line}\n`).join('');
  // Whatever would not be read back the same is refused by the reader's own rules.
  parseCheckpoint(text);
  return text;
}

/**
 * Reads the text of a checkpoint and believes nothing of it.
 *
 * @throws EvidenceError `checkpoint-invalid` / `malformed`: lines missing or empty, a size with leading zeros or above
 *   2^53-1, a root of another length than 32 bytes
 */
export function parseCheckpoint(text: string): Checkpoint {
  if (!text.endsWith('\n')) throw malformed('it does not end with a newline');
  const [origin, sizeText, rootText, ...extensions] = text.slice(0, -1).split('\n');
  if (origin === undefined || sizeText === undefined || rootText === undefined) throw malformed('lines are missing');
  if (origin === '' || extensions.includes('')) throw malformed('it has an empty line');
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(sizeText)) throw malformed('its size is no number');
  const size = Number(sizeText);
  if (!Number.isSafeInteger(size)) throw malformed('its size is beyond what is supported');
  return { origin, size, root: decodeRoot(rootText), extensions };
}

/** A checkpoint as a signed note. @throws EvidenceError `checkpoint-invalid` / `malformed` */
export function signCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): string {
  return signNote(formatCheckpoint(checkpoint), signer);
}

/**
 * Opens a signed checkpoint: the ledger's key has signed it, and its origin is the one expected.
 *
 * @param origin - the key's name unless told, as C2SP tlog-checkpoint recommends
 * @throws EvidenceError `note-invalid` (signature), `checkpoint-invalid` / `malformed`, `wrong-origin`
 */
export function openCheckpoint(note: string, verifier: NoteVerifier, origin: string = verifier.name): Checkpoint {
  const checkpoint = parseCheckpoint(openNote(note, [verifier]).text);
  if (checkpoint.origin !== origin) {
    throw new EvidenceError('checkpoint-invalid', 'wrong-origin', 'the checkpoint is of another ledger');
  }
  return checkpoint;
}

function decodeRoot(text: string): Uint8Array {
  let root: Uint8Array;
  try {
    root = fromBase64(text);
  } catch (cause) {
    if (cause instanceof EncodingError) throw malformed('its root is no base64', cause);
    throw cause;
  }
  if (root.length !== 32) throw malformed('its root has not 32 bytes');
  return root;
}

function malformed(problem: string, cause?: unknown): EvidenceError {
  const options = cause === undefined ? {} : { cause };
  return new EvidenceError('checkpoint-invalid', 'malformed', `the checkpoint cannot be read: ${problem}`, options);
}
