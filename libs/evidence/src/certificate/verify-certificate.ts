import { equalBytes } from '@coffer/foundation';

import { EvidenceError, type EvidenceReason } from '../errors';
import { decodeLedgerEvent, ledgerEntry, LedgerEventKind, type LedgerEvent } from '../ledger/ledger-event';
import { ledgerOrigin, openCheckpoint, parseCheckpoint, type Checkpoint } from '../note/checkpoint';
import { openNote, parseNote } from '../note/note';
import type { NoteVerifier } from '../note/note-key';
import { hashLeaf } from '../tree/tree-hash';
import { verifyInclusion } from '../tree/verify-inclusion';
import { hashAccount, hashCertificateBody, hashPath } from './certificate-body';
import { decodeCertificateFile } from './certificate-file';
import { parseCertificateText } from './certificate-note';
import type { CertificateBody, CertificateFileParts, CertificateReport } from './deletion-certificate';

/**
 * Verifies a certificate file off-line: it is byte for byte as it was written; the clear names are those of the salted
 * hashes; the ledger event carries the hash of the body and is the account's; the event is in the tree of the checkpoint;
 * the certificate and the checkpoint are signed by the given keys.
 *
 * Without a key its signature cannot be checked, and the report says `unverified`: then all else is consistent, but anyone
 * could have made it.
 *
 * @param certificateKey - from deployment.json or `--key`
 * @param ledgerKey - from deployment.json
 * @throws EvidenceError `certificate-invalid`; the reason is that of the part which did not hold
 */
export function verifyCertificateFile(
  file: Uint8Array,
  certificateKey: NoteVerifier | undefined,
  ledgerKey: NoteVerifier | undefined,
): CertificateReport {
  try {
    return verifyParts(decodeCertificateFile(file), certificateKey, ledgerKey);
  } catch (cause) {
    if (!(cause instanceof EvidenceError) || cause.code === 'certificate-invalid') throw cause;
    const { reason, message, fields } = cause;
    throw new EvidenceError('certificate-invalid', reason, message, { cause, fields });
  }
}

function verifyParts(
  parts: CertificateFileParts,
  certificateKey: NoteVerifier | undefined,
  ledgerKey: NoteVerifier | undefined,
): CertificateReport {
  // What must agree with each other comes first, it costs hashes only; then the signatures.
  const { text, issuerName } = singleSignature(parts.certificate);
  const body = parseCertificateText(text);
  const bodyHash = hashCertificateBody(body);
  const names = checkNames(body, parts.names);
  const event = checkEvent(body, bodyHash, parts.event);
  const checkpoint = checkTree(body, parts);
  if (certificateKey !== undefined) openNote(parts.certificate, [certificateKey]);
  if (ledgerKey !== undefined) openCheckpoint(parts.checkpoint, ledgerKey, checkpoint.origin);
  return {
    issuer: certificateKey === undefined ? 'unverified' : 'verified',
    ledger: ledgerKey === undefined ? 'unverified' : 'verified',
    issuerName,
    body,
    bodyHash,
    ...names,
    recordedAtMs: event.atMs,
    eventNumber: event.number,
    leafIndex: parts.leafIndex,
    treeSize: checkpoint.size,
  };
}

function singleSignature(note: string): { readonly text: string; readonly issuerName: string } {
  const { text, signatures } = parseNote(note);
  const [signature] = signatures;
  // A line of another key would be bytes that nobody checks.
  if (signature === undefined || signatures.length > 1) {
    throw invalid('malformed', 'certificate and checkpoint must have exactly one signature each');
  }
  return { text, issuerName: signature.name };
}

function checkNames(
  body: CertificateBody,
  names: readonly string[],
): Pick<CertificateReport, 'objectNames' | 'retainedNames'> {
  const copies = [...body.objects, ...body.retained];
  if (names.length !== copies.length) throw invalid('wrong-name', 'the names do not belong to the certificate');
  for (const [index, { pathSalt, pathHash }] of copies.entries()) {
    if (!equalBytes(hashPath(pathSalt, names[index]!), pathHash)) {
      throw invalid('wrong-name', 'a name does not belong to the certificate');
    }
  }
  return { objectNames: names.slice(0, body.objects.length), retainedNames: names.slice(body.objects.length) };
}

function checkEvent(body: CertificateBody, bodyHash: Uint8Array, encoded: Uint8Array): LedgerEvent {
  const event = decodeLedgerEvent(encoded);
  if (event.kind !== LedgerEventKind.certificate) throw invalid('wrong-event', 'the ledger event is of another kind');
  const { purgeId, bodyHash: recorded } = event.details;
  if (purgeId !== body.purgeId || !(recorded instanceof Uint8Array) || !equalBytes(recorded, bodyHash)) {
    throw invalid('wrong-event', 'the ledger recorded another certificate');
  }
  if (!equalBytes(hashAccount(body.vaultId, event.account), body.accountHash)) {
    throw invalid('wrong-account', 'the ledger event is of another account');
  }
  return event;
}

function checkTree(body: CertificateBody, parts: CertificateFileParts): Checkpoint {
  const checkpoint = parseCheckpoint(singleSignature(parts.checkpoint).text);
  if (checkpoint.origin !== ledgerOrigin(body.vaultId)) {
    throw invalid('wrong-origin', 'the checkpoint is of another ledger');
  }
  verifyInclusion({
    leafIndex: parts.leafIndex,
    treeSize: checkpoint.size,
    leafHash: hashLeaf(ledgerEntry(parts.salt, parts.event)),
    root: checkpoint.root,
    proof: parts.inclusion,
  });
  return checkpoint;
}

function invalid(reason: EvidenceReason, message: string): EvidenceError {
  return new EvidenceError('certificate-invalid', reason, message);
}
