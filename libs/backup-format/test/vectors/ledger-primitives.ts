import { requireSigningSeed } from '@coffer/crypto';
import {
  certificateDetails,
  certificateKeyName,
  encodeCertificateFile,
  encodeLedgerEvent,
  encodeVerifierKey,
  hashAccount,
  hashCertificateBody,
  hashLeaf,
  hashLedgerEvent,
  hashPath,
  inclusionProof,
  ledgerEntry,
  ledgerOrigin,
  MemoryHashes,
  noteVerifierOf,
  signCertificate,
  signCheckpoint,
  TreeBuilder,
  type CertificateBody,
  type LedgerEvent,
} from '@coffer/evidence';
import { fromUtf8, toHex, utf8 } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';

import { createdAtMs } from './summary-of';

const account = '01993a5e-1c2b-7def-8123-456789abcdef';
const purgeId = '01993a5e-1c2b-7000-9123-000000000001';
const vaultId = seed('primitives: vault id', 16);
const salt = seed('primitives: salt of an entry');
const firstEvent: LedgerEvent = {
  v: 1,
  account,
  number: 1,
  kind: 'account-opened',
  atMs: createdAtMs,
  remaining: 10,
  attempt: 0,
  nextAtMs: null,
  serial: 0,
  details: {},
  previousHash: new Uint8Array(32),
};

/** docs/wire.md, "Ledger": an event, its hash, the entry and the leaf of the tree. */
export function ledgerPrimitive(): object {
  const cbor = encodeLedgerEvent(firstEvent);
  const entry = ledgerEntry(salt, cbor);
  return {
    event: { ...firstEvent, previousHash: toHex(firstEvent.previousHash) },
    cbor: toHex(cbor),
    hash: toHex(hashLedgerEvent(cbor)),
    salt: toHex(salt),
    entry: toHex(entry),
    leafHash: toHex(hashLeaf(entry)),
    accountHash: { vaultId: toHex(vaultId), account, hash: toHex(hashAccount(vaultId, account)) },
  };
}

/** docs/wire.md, "Deletion certificate": a whole certificate file, its event as leaf 2 of 3, and the keys that verify it. */
export async function certificatePrimitive(): Promise<object> {
  const signer = { name: certificateKeyName(vaultId), secret: requireSigningSeed(seed('primitives: certificate key')) };
  const ledger = { name: ledgerOrigin(vaultId), secret: requireSigningSeed(seed('primitives: ledger key')) };
  const name = 'WhatsApp/Databases/msgstore.db';
  const body = bodyOf(name);
  const event = encodeLedgerEvent({
    ...firstEvent,
    number: 2,
    kind: 'certificate',
    atMs: createdAtMs + 10_000,
    details: certificateDetails(body),
    previousHash: hashLedgerEvent(encodeLedgerEvent(firstEvent)),
  });
  const tree = TreeBuilder.empty();
  const hashes = new MemoryHashes();
  for (const entry of [utf8('an entry'), utf8('another'), ledgerEntry(salt, event)])
    hashes.store(tree.append(hashLeaf(entry)));
  const file = encodeCertificateFile({
    certificate: signCertificate(body, signer),
    event,
    salt,
    leafIndex: 2,
    inclusion: await inclusionProof(hashes, 2, tree.size),
    checkpoint: signCheckpoint(
      { origin: ledgerOrigin(vaultId), size: tree.size, root: tree.root(), extensions: [] },
      ledger,
    ),
    names: [name],
  });
  return {
    certificateKey: encodeVerifierKey(noteVerifierOf(signer)),
    ledgerKey: encodeVerifierKey(noteVerifierOf(ledger)),
    bodyHash: toHex(hashCertificateBody(body)),
    file: fromUtf8(file),
  };
}

function bodyOf(name: string): CertificateBody {
  const pathSalt = seed('primitives: salt of a path', 16);
  return {
    v: 1,
    vaultId,
    accountHash: hashAccount(vaultId, account),
    purgeId,
    startedAtMs: createdAtMs,
    finishedAtMs: createdAtMs + 9000,
    objects: [
      {
        provider: 's3',
        pathHash: hashPath(pathSalt, name),
        pathSalt,
        sizeBytes: 12_345,
        sha256: seed('primitives: plaintext backup'),
        version: 'v1',
        kind: 'current',
        outcome: 'deleted',
        proofHash: seed('primitives: proof'),
        deletedAtMs: createdAtMs + 5000,
        requestId: 'REQ1',
      },
    ],
    listings: [
      { provider: 's3', atMs: createdAtMs + 6000, requestId: 'REQ2', found: 0 },
      { provider: 's3', atMs: createdAtMs + 9000, requestId: 'REQ3', found: 0 },
    ],
    retained: [],
  };
}
