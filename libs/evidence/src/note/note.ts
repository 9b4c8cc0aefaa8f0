import { sign, verifySignature } from '@coffer/crypto';
import { concatBytes, EncodingError, equalBytes, utf8 } from '@coffer/foundation';

import { EvidenceError } from '../errors';
import { fromBase64, toBase64 } from './base64';
import { isKeyName, noteVerifierOf, type NoteSigner, type NoteVerifier } from './note-key';

/** One signature line of a note, not verified. */
export interface NoteSignature {
  readonly name: string;
  /** 4 bytes. */
  readonly keyHash: Uint8Array;
  readonly signature: Uint8Array;
}

/** A note taken apart, with nothing verified. */
export interface ParsedNote {
  /** Ends with a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A note with at least one signature that held. */
export interface OpenedNote extends ParsedNote {
  /** The verifiers whose signatures held. */
  readonly verifiedBy: readonly NoteVerifier[];
}

/** Longest note in characters. */
export const noteMaximumCharacters = 8 * 1024 * 1024;

const signatureMaximum = 100;
// Control characters other than the newline have no place in a note.
const forbidden = /(?!\n)\p{Cc}/u;

/**
 * Signs a text as a C2SP signed note.
 *
 * @param text - not empty, ends with a newline, no other control characters
 * @returns the note: text, an empty line, one signature line
 * @throws EvidenceError `note-invalid` / `malformed`
 */
export function signNote(text: string, signer: NoteSigner): string {
  requireText(text);
  const { name, keyHash } = noteVerifierOf(signer);
  const signature = sign(signer.secret, utf8(text));
  return `${text}\n— ${name} ${toBase64(concatBytes(keyHash, signature))}\n`;
}

/**
 * Takes a note apart and believes nothing of it (C2SP signed-note).
 *
 * @throws EvidenceError `note-invalid` / `malformed`, `too-large`
 */
export function parseNote(note: string): ParsedNote {
  if (note.length > noteMaximumCharacters) throw new EvidenceError('note-invalid', 'too-large', 'the note is too long');
  // The text may have empty lines of its own: the last one separates.
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) throw malformed('a note ends with an empty line and signatures');
  const text = note.slice(0, split + 1);
  requireText(text);
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > signatureMaximum) throw new EvidenceError('note-invalid', 'too-large', 'too many signatures');
  return { text, signatures: lines.map(parseSignature) };
}

/**
 * Opens a note: at least one of the given keys has signed it, and no signature of a given key is wrong. Signatures of other
 * keys are left alone, as the specification wants it.
 *
 * @throws EvidenceError `note-invalid` / `malformed`, `too-large`, `bad-signature`, `no-known-signature`
 */
export function openNote(note: string, verifiers: readonly NoteVerifier[]): OpenedNote {
  const { text, signatures } = parseNote(note);
  const message = utf8(text);
  const verifiedBy: NoteVerifier[] = [];
  for (const { name, keyHash, signature } of signatures) {
    const verifier = verifiers.find((known) => known.name === name && equalBytes(known.keyHash, keyHash));
    if (verifier === undefined) continue;
    if (verifiedBy.includes(verifier)) throw malformed('a key has signed the note twice');
    if (!verifySignature(verifier.publicKey, message, signature)) {
      throw new EvidenceError('note-invalid', 'bad-signature', 'a signature of the note does not hold');
    }
    verifiedBy.push(verifier);
  }
  if (verifiedBy.length === 0) {
    throw new EvidenceError('note-invalid', 'no-known-signature', 'no known key has signed the note');
  }
  return { text, signatures, verifiedBy };
}

function parseSignature(line: string): NoteSignature {
  const match = /^— (\S+) (\S+)$/u.exec(line);
  if (match === null) throw malformed('a signature line reads: dash, name, base64');
  const [, name, base64] = match;
  if (!isKeyName(name!)) throw malformed('a signature line has an impossible name');
  const bytes = decode(base64!);
  // A hash of 4 bytes, and at least one of signature; other algorithms have other lengths.
  if (bytes.length < 5) throw malformed('a signature line is too short');
  return { name: name!, keyHash: bytes.slice(0, 4), signature: bytes.slice(4) };
}

function requireText(text: string): void {
  if (text.length < 2 || !text.endsWith('\n')) throw malformed('the text of a note ends with a newline');
  if (forbidden.test(text) || !text.isWellFormed()) throw malformed('the text of a note has forbidden characters');
}

function decode(base64: string): Uint8Array {
  try {
    return fromBase64(base64);
  } catch (cause) {
    if (cause instanceof EncodingError) throw malformed('a signature line is no base64', cause);
    throw cause;
  }
}

function malformed(message: string, cause?: unknown): EvidenceError {
  return new EvidenceError('note-invalid', 'malformed', message, cause === undefined ? {} : { cause });
}
