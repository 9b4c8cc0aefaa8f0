import { requireSigningSeed } from '@coffer/crypto';
import { fromUtf8, utf8 } from '@coffer/foundation';
import { proofSize, recordProof, runSeed, seed } from '@coffer/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

import {
  certificateDetails,
  certificateKeyName,
  decodeCertificateBody,
  decodeCertificateFile,
  encodeCertificateBody,
  encodeCertificateFile,
  encodeLedgerEvent,
  EvidenceError,
  hashAccount,
  hashCertificateBody,
  hashLeaf,
  hashPath,
  inclusionProof,
  ledgerEntry,
  ledgerOrigin,
  MemoryHashes,
  noteVerifierOf,
  signCertificate,
  signCheckpoint,
  signNote,
  TreeBuilder,
  verifyCertificateFile,
  type CertificateBody,
  type CertificateFileParts,
  type EvidenceReason,
  type LedgerEvent,
} from '../index';
import { account, anId, anotherAccount, nowMs, vaultId } from '../../test/samples';

const certificateSigner = { name: certificateKeyName(vaultId), secret: requireSigningSeed(seed('certificate key')) };
const ledgerSigner = { name: ledgerOrigin(vaultId), secret: requireSigningSeed(seed('ledger key')) };
const strangeSigner = { name: certificateKeyName(vaultId), secret: requireSigningSeed(seed('stranger')) };
const certificateKey = noteVerifierOf(certificateSigner);
const ledgerKey = noteVerifierOf(ledgerSigner);

const names = ['WhatsApp/Databases/msgstore.db', 'WhatsApp/Databases/msgstore-“älter”.db', 'locked/backup.db'];
const salts = names.map((name) => seed(`salt of ${name}`, 16));
const copy = (index: number): { pathHash: Uint8Array; pathSalt: Uint8Array } => ({
  pathHash: hashPath(salts[index]!, names[index]!),
  pathSalt: salts[index]!,
});

const body: CertificateBody = {
  v: 1,
  vaultId,
  accountHash: hashAccount(vaultId, account),
  purgeId: anId,
  startedAtMs: nowMs - 10_000,
  finishedAtMs: nowMs,
  objects: [
    {
      provider: 's3',
      ...copy(0),
      sizeBytes: 12_345,
      sha256: seed('plaintext'),
      version: 'v1',
      kind: 'current',
      outcome: 'deleted',
      proofHash: seed('proof'),
      deletedAtMs: nowMs - 5000,
      requestId: 'REQ1',
    },
    {
      provider: 's3',
      ...copy(1),
      sizeBytes: 0,
      sha256: null,
      version: 'v0',
      kind: 'delete-marker',
      outcome: 'already-gone',
      proofHash: null,
      deletedAtMs: null,
      requestId: '',
    },
  ],
  listings: [
    { provider: 's3', atMs: nowMs - 4000, requestId: 'REQ2', found: 1 },
    { provider: 's3', atMs: nowMs - 1000, requestId: 'REQ3', found: 1 },
  ],
  retained: [
    {
      provider: 's3',
      ...copy(2),
      sizeBytes: 99,
      version: 'v1',
      kind: 'current',
      reason: 'locked-until',
      untilMs: nowMs + 1_000_000,
    },
  ],
};

interface Making {
  readonly signer?: typeof certificateSigner;
  readonly ledger?: typeof ledgerSigner;
  readonly event?: Partial<LedgerEvent>;
  readonly origin?: string;
}

/** A whole file, with the certificate's event as leaf 3 of 5. */
async function makeParts(of: CertificateBody, making: Making = {}): Promise<CertificateFileParts> {
  const event = encodeLedgerEvent({
    v: 1,
    account,
    number: 12,
    kind: 'certificate',
    atMs: nowMs + 5,
    remaining: 10,
    attempt: 0,
    nextAtMs: null,
    serial: 5,
    details: certificateDetails(of),
    previousHash: seed('previous event'),
    ...making.event,
  });
  const salt = seed('entry salt');
  const tree = TreeBuilder.empty();
  const hashes = new MemoryHashes();
  for (let index = 0; index < 5; index++) {
    const entry = index === 3 ? ledgerEntry(salt, event) : seed(`entry ${index}`);
    hashes.store(tree.append(hashLeaf(entry)));
  }
  const origin = making.origin ?? ledgerOrigin(vaultId);
  return {
    certificate: signCertificate(of, making.signer ?? certificateSigner),
    event,
    salt,
    leafIndex: 3,
    inclusion: await inclusionProof(hashes, 3, 5),
    checkpoint: signCheckpoint({ origin, size: 5, root: tree.root(), extensions: [] }, making.ledger ?? ledgerSigner),
    names,
  };
}

let parts: CertificateFileParts;
let file: Uint8Array;
beforeAll(async () => {
  parts = await makeParts(body);
  file = encodeCertificateFile(parts);
});

function reasonOf(act: () => unknown): EvidenceReason | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(EvidenceError);
    expect((error as EvidenceError).code).toBe('certificate-invalid');
    return (error as EvidenceError).reason;
  }
}

const verify = (bytes: Uint8Array): unknown => verifyCertificateFile(bytes, certificateKey, ledgerKey);

describe('verifyCertificateFile', () => {
  it('accepts a file and reports what it says', () => {
    expect(verifyCertificateFile(file, certificateKey, ledgerKey)).toEqual({
      issuer: 'verified',
      ledger: 'verified',
      issuerName: certificateSigner.name,
      body,
      bodyHash: hashCertificateBody(body),
      objectNames: names.slice(0, 2),
      retainedNames: names.slice(2),
      recordedAtMs: nowMs + 5,
      eventNumber: 12,
      leafIndex: 3,
      treeSize: 5,
    });
  });

  it('says that the issuer is unverified when there is no key', () => {
    expect(verifyCertificateFile(file, undefined, undefined)).toMatchObject({
      issuer: 'unverified',
      ledger: 'unverified',
    });
    expect(verifyCertificateFile(file, certificateKey, undefined)).toMatchObject({
      issuer: 'verified',
      ledger: 'unverified',
    });
    expect(verifyCertificateFile(file, undefined, ledgerKey)).toMatchObject({
      issuer: 'unverified',
      ledger: 'verified',
    });
  });

  it('refuses the file after one changed bit at every position', () => {
    const started = performance.now();
    // Every bit in the long run; here of each byte one that the seed chooses.
    const bitsPerByte = proofSize({ sample: 1, long: 8 });
    const first = seed(`changed ${runSeed()}`, file.length);
    let refused = 0;
    for (let at = 0; at < file.length; at++) {
      for (let next = 0; next < bitsPerByte; next++) {
        const bit = (first[at]! + next) % 8;
        const changed = file.slice();
        changed[at]! ^= 1 << bit;
        expect(
          reasonOf(() => verify(changed)),
          `byte ${at}, bit ${bit}`,
        ).toBeDefined();
        refused++;
      }
    }
    expect(refused).toBe(bitsPerByte * file.length);
    expect(file.length).toBeGreaterThan(1500);
    recordProof({
      proof: 'certificate-damage',
      count: refused,
      seconds: (performance.now() - started) / 1000,
      asserted: 'A certificate file of which any single bit was changed was refused.',
      figures: { bytes: file.length },
    });
  });

  it('refuses the file after one byte was exchanged for a blank, digit, quote or letter', () => {
    const bytes = utf8(' \n\t0"\\aA_-=');
    const first = seed(`exchanged ${runSeed()}`, file.length);
    for (let at = 0; at < file.length; at++) {
      const byte = bytes[first[at]! % bytes.length]!;
      if (file[at] === byte) continue;
      const changed = file.slice();
      changed[at] = byte;
      expect(
        reasonOf(() => verify(changed)),
        `byte ${at} as ${byte}`,
      ).toBeDefined();
    }
  });

  it('refuses the file after one byte was removed or put in, or the end was cut', () => {
    for (let at = 0; at < file.length; at++) {
      const without = Uint8Array.from([...file.slice(0, at), ...file.slice(at + 1)]);
      const doubled = Uint8Array.from([...file.slice(0, at + 1), ...file.slice(at)]);
      expect(
        reasonOf(() => verify(without)),
        `without byte ${at}`,
      ).toBeDefined();
      expect(
        reasonOf(() => verify(doubled)),
        `byte ${at} twice`,
      ).toBeDefined();
      expect(
        reasonOf(() => verify(file.slice(0, at))),
        `cut at ${at}`,
      ).toBeDefined();
    }
  });

  it('refuses what it can without any key: names, hashes, event and tree hold together', () => {
    const text = fromUtf8(file);
    for (const [from, to] of [
      ['msgstore.db', 'msgstore.dc'],
      ['"leafIndex":3', '"leafIndex":2'],
      ['locked/backup.db', 'locked/other.db'],
    ] as const) {
      expect(text).toContain(from);
      expect(reasonOf(() => verifyCertificateFile(utf8(text.replace(from, to)), undefined, undefined))).toBeDefined();
    }
  });

  it.each<[EvidenceReason, string, () => Promise<CertificateFileParts>]>([
    ['no-known-signature', 'another issuer', () => makeParts(body, { signer: strangeSigner })],
    [
      'no-known-signature',
      'another ledger key',
      () => makeParts(body, { ledger: { ...strangeSigner, name: ledgerSigner.name } }),
    ],
    ['wrong-origin', 'another ledger', () => makeParts(body, { origin: 'coffer.ledger/other' })],
    ['wrong-event', 'an event of another kind', () => makeParts(body, { event: { kind: 'proven' } })],
    ['wrong-event', 'an event without a hash', () => makeParts(body, { event: { details: { purgeId: anId } } })],
    [
      'wrong-event',
      'an event of another certificate',
      () => makeParts(body, { event: { details: { purgeId: anId, bodyHash: seed('another body') } } }),
    ],
    [
      'wrong-event',
      'an event of another purge',
      () => makeParts(body, { event: { details: { ...certificateDetails(body), purgeId: account } } }),
    ],
    ['wrong-account', 'an event of another account', () => makeParts(body, { event: { account: anotherAccount } })],
    ['wrong-proof', 'another leaf', async () => ({ ...parts, leafIndex: 2 })],
    ['wrong-proof', 'another salt', async () => ({ ...parts, salt: seed('another salt') })],
    ['wrong-proof', 'a shorter proof', async () => ({ ...parts, inclusion: parts.inclusion.slice(1) })],
    ['wrong-name', 'a name less', async () => ({ ...parts, names: names.slice(1) })],
    ['wrong-name', 'names in another order', async () => ({ ...parts, names: [names[1]!, names[0]!, names[2]!] })],
    ['malformed', 'a checkpoint that is no note', async () => ({ ...parts, checkpoint: 'x' })],
    [
      'malformed',
      'a note that is no certificate',
      async () => ({ ...parts, certificate: signNote('x\n', certificateSigner) }),
    ],
  ])('refuses with %s a file with %s', async (reason, _name, make) => {
    const bytes = encodeCertificateFile(await make());
    expect(reasonOf(() => verify(bytes))).toBe(reason);
  });

  it('refuses a second signature line, which nobody would check', () => {
    const extra = signNote('x\n', strangeSigner).split('\n\n')[1]!;
    for (const field of ['certificate', 'checkpoint'] as const) {
      const bytes = encodeCertificateFile({ ...parts, [field]: parts[field] + extra });
      expect(reasonOf(() => verify(bytes))).toBe('malformed');
    }
  });

  it('refuses a certificate of two vaults', () => {
    const [first, , encoded] = parts.certificate.split('\n');
    const text = `${first!}\n${'A'.repeat(22)}\n${encoded!}\n`;
    const bytes = encodeCertificateFile({ ...parts, certificate: signNote(text, certificateSigner) });
    expect(reasonOf(() => verify(bytes))).toBe('wrong-vault');
  });
});

describe('decodeCertificateFile', () => {
  it('inverts encodeCertificateFile', () => {
    expect(decodeCertificateFile(file)).toEqual(parts);
    expect(fromUtf8(file)).toMatch(/^\{"certificate":"[^\n]+\]\}\n$/);
  });

  it.each<[string, (json: string) => string]>([
    ['blanks', (json) => JSON.stringify(JSON.parse(json), null, 1)],
    ['no final newline', (json) => json.trimEnd()],
    ['two final newlines', (json) => `${json}\n`],
    ['a byte order mark', (json) => `\ufeff${json}`],
    ['an escaped letter', (json) => json.replace('WhatsApp', '\\u0057hatsApp')],
    ['fields in another order', (json) => `${JSON.stringify({ names: [], ...(JSON.parse(json) as object) })}\n`],
    ['a number in another form', (json) => json.replace('"leafIndex":3', '"leafIndex":3.0')],
    ['a field twice', (json) => json.replace('"leafIndex":3', '"leafIndex":3,"leafIndex":3')],
  ])('refuses the same JSON with %s', (_name, change) => {
    const other = change(fromUtf8(file));
    expect(reasonOf(() => decodeCertificateFile(utf8(other)))).toMatch(/not-canonical|malformed/);
  });

  it('refuses a field more, and a file above its limit', () => {
    const more = `${JSON.stringify({ ...(JSON.parse(fromUtf8(file)) as object), more: 1 })}\n`;
    expect(reasonOf(() => decodeCertificateFile(utf8(more)))).toBe('malformed');
    expect(reasonOf(() => decodeCertificateFile(new Uint8Array(64 * 1024 * 1024 + 1)))).toBe('too-large');
  });
});

describe('encodeCertificateBody', () => {
  it('is inverted by decodeCertificateBody', () => {
    expect(decodeCertificateBody(encodeCertificateBody(body))).toEqual(body);
  });

  const [object] = body.objects;
  const [listing, later] = body.listings;
  it.each<[string, Partial<CertificateBody>]>([
    ['an end before the start', { finishedAtMs: body.startedAtMs - 1 }],
    ['one listing', { listings: [later!] }],
    ['a listing before the last delete', { listings: [{ ...listing!, atMs: nowMs - 6000 }, later!] }],
    ['listings of another provider', { listings: [{ ...listing!, provider: 'disk' }, later!] }],
    ['a listing that found more than is retained', { listings: [{ ...listing!, found: 2 }, later!] }],
    ['a listing that found what is not retained', { retained: [] }],
    ['a delete without a time', { objects: [{ ...object!, deletedAtMs: null }] }],
    ['a time without a delete', { objects: [{ ...object!, outcome: 'already-gone' }] }],
    ['an unknown outcome', { objects: [{ ...object!, outcome: 'lost' as never }] }],
    ['a short salt', { objects: [{ ...object!, pathSalt: new Uint8Array(15) }] }],
  ])('refuses %s', (_name, change) => {
    expect(reasonOf(() => encodeCertificateBody({ ...body, ...change }))).toBe('malformed');
  });

  it('needs no listing where nothing is said to be gone', () => {
    expect(encodeCertificateBody({ ...body, objects: [], listings: [] }).length).toBeGreaterThan(0);
  });
});

describe('hashAccount', () => {
  it('differs by vault and by account', () => {
    const hash = hashAccount(vaultId, account);
    expect(hash.length).toBe(32);
    expect(hash).not.toEqual(hashAccount(vaultId, anotherAccount));
    expect(hash).not.toEqual(hashAccount(seed('another vault', 16), account));
  });
});
