import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireSigningSeed } from '@coffer/crypto';
import {
  certificateDetails,
  certificateKeyName,
  encodeCertificateFile,
  encodeLedgerEvent,
  encodeVerifierKey,
  hashAccount,
  hashLeaf,
  hashPath,
  ledgerEntry,
  ledgerOrigin,
  noteVerifierOf,
  signCertificate,
  signCheckpoint,
  TreeBuilder,
  type CertificateBody,
} from '@coffer/evidence';
import { toBase64Url, utf8 } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { registerCertificate } from '../commands/certificate';
import { parseDeployment, pinDeployment } from '../home/deployment-file';
import { HomeDirectory } from '../home/home-directory';
import { describeError } from '../output/describe-error';
import { createReporter } from '../output/reporter';
import { Command } from 'commander';

const vaultId = seed('vault id', 16);
const account = '01893a5e-1c2b-7def-8123-456789abcdef';
const startedAtMs = Date.UTC(2026, 10, 23, 10);
const signer = { name: certificateKeyName(vaultId), secret: requireSigningSeed(seed('certificate key')) };
const ledger = { name: ledgerOrigin(vaultId), secret: requireSigningSeed(seed('ledger key')) };
const certificateKey = encodeVerifierKey(noteVerifierOf(signer));
const name = 'WhatsApp/\u001b[2Jmsgstore.db';

function makeFile(): Uint8Array {
  const pathSalt = seed('path salt', 16);
  const body: CertificateBody = {
    v: 1,
    vaultId,
    accountHash: hashAccount(vaultId, account),
    purgeId: account,
    startedAtMs,
    finishedAtMs: startedAtMs + 5000,
    objects: [
      {
        provider: 'disk',
        pathHash: hashPath(pathSalt, name),
        pathSalt,
        sizeBytes: 1500,
        sha256: seed('plaintext'),
        version: '',
        kind: 'current',
        outcome: 'deleted',
        proofHash: seed('proof'),
        deletedAtMs: startedAtMs + 1000,
        requestId: '',
      },
    ],
    listings: [2000, 4000].map((afterMs) => ({
      provider: 'disk',
      atMs: startedAtMs + afterMs,
      requestId: '',
      found: 0,
    })),
    retained: [],
  };
  const event = encodeLedgerEvent({
    v: 1,
    account,
    number: 9,
    kind: 'certificate',
    atMs: startedAtMs + 6000,
    remaining: 10,
    attempt: 0,
    nextAtMs: null,
    serial: 0,
    details: certificateDetails(body),
    previousHash: seed('previous'),
  });
  const salt = seed('salt');
  const tree = TreeBuilder.empty();
  tree.append(hashLeaf(ledgerEntry(salt, event)));
  return encodeCertificateFile({
    certificate: signCertificate(body, signer),
    event,
    salt,
    leafIndex: 0,
    inclusion: [],
    checkpoint: signCheckpoint({ origin: ledger.name, size: 1, root: tree.root(), extensions: [] }, ledger),
    names: [name],
  });
}

const bytes = makeFile();
const root = mkdtempSync(join(tmpdir(), 'coffer-certificate-'));
const file = join(root, 'certificate.json');
const home = join(root, 'home');
const emptyHome = join(root, 'empty');

beforeAll(async () => {
  const deployment = {
    v: 1,
    apiUrl: 'http://localhost:4301',
    portalUrl: 'http://localhost:4300',
    issuer: 'http://localhost:4303',
    clients: { cli: 'a', portal: 'b', dashboard: 'c' },
    audience: 'urn:coffer:vault',
    vaultId: toBase64Url(vaultId),
    opaqueServerPublicKey: toBase64Url(seed('opaque key')),
    ledgerKey: encodeVerifierKey(noteVerifierOf(ledger)),
    certificateKey,
  };
  await pinDeployment(new HomeDirectory(home), parseDeployment(utf8(JSON.stringify(deployment))));
});
beforeEach(() => writeFileSync(file, bytes));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Outcome {
  readonly exitCode: number;
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  readonly text: string;
}

/** Runs the command as the program does, with the reporter's output caught. */
async function run(args: readonly string[], json = true): Promise<Outcome> {
  let written = '';
  const sink = { write: (text: string) => (written += text), isTTY: false };
  const reporter = createReporter({ json, stdout: sink, stderr: sink });
  const program = new Command().exitOverride();
  registerCertificate(program, { reporter, signal: new AbortController().signal });
  for (const command of program.commands.flatMap((group) => group.commands)) command.option('--home <dir>');
  let exitCode = 0;
  try {
    await program.parseAsync(['certificate', 'verify', ...args], { from: 'user' });
  } catch (error) {
    const described = describeError(error);
    reporter.error(described);
    ({ exitCode } = described);
  }
  const lines = json
    ? written
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    : [];
  return { exitCode, lines, text: written };
}

describe('coffer certificate verify', () => {
  it('accepts a certificate of the pinned deployment and says what it certifies', async () => {
    const { exitCode, lines } = await run([file, '--home', home]);
    expect(exitCode).toBe(0);
    expect(lines).toEqual([
      {
        type: 'object',
        provider: 'disk',
        name,
        version: '',
        kind: 'current',
        sizeBytes: 1500,
        outcome: 'deleted',
        deletedAt: '2026-11-23T10:00:01.000Z',
      },
      expect.objectContaining({
        type: 'summary',
        issuer: 'verified',
        ledger: 'verified',
        issuerName: signer.name,
        objects: 1,
        bytes: 1500,
        retained: 0,
        listings: 2,
        treeSize: 1,
        recordedAt: '2026-11-23T10:00:06.000Z',
      }),
    ]);
  });

  it('shows a name that would draw on the terminal as text', async () => {
    const { text } = await run([file, '--home', home], false);
    expect(text).not.toContain('\u001b');
    expect(text).toContain('WhatsApp/\\u{1b}[2Jmsgstore.db');
    expect(text).toContain('Verified: 1 plaintext objects (1.5 kB) are gone, none is left');
  });

  it('accepts it with --key alone, and says that the ledger was not checked', async () => {
    const { exitCode, lines } = await run([file, '--key', certificateKey, '--home', emptyHome]);
    expect(exitCode).toBe(0);
    expect(lines.map((line) => line['type'])).toEqual(['object', 'warning', 'summary']);
    expect(lines.at(-1)).toMatchObject({ issuer: 'verified', ledger: 'unverified' });
    const known = await run([file, '--key', certificateKey, '--home', home]);
    expect(known.lines.at(-1)).toMatchObject({ issuer: 'verified', ledger: 'verified' });
  });

  it('says "unverified issuer" and exits with 8 when no key is known', async () => {
    const { exitCode, lines } = await run([file, '--home', emptyHome]);
    expect(exitCode).toBe(8);
    expect(lines.at(-1)).toMatchObject({
      type: 'error',
      issuer: 'unverified',
      message: expect.stringMatching(/^unverified issuer/),
    });
    expect(lines.some((line) => line['type'] === 'summary')).toBe(false);
  });

  it('exits with 4 after any changed byte, with and without a key that is known', async () => {
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = bytes.slice();
      changed[at]! ^= 1;
      writeFileSync(file, changed);
      expect((await run([file, '--home', home])).exitCode, `byte ${at}`).toBe(4);
    }
    writeFileSync(file, '');
    expect((await run([file, '--home', emptyHome])).exitCode).toBe(4);
  });

  it('exits with 4 when the key is that of another deployment', async () => {
    const other = noteVerifierOf({ ...signer, secret: requireSigningSeed(seed('another key')) });
    const { exitCode, lines } = await run([file, '--key', encodeVerifierKey(other), '--home', emptyHome]);
    expect(exitCode).toBe(4);
    expect(lines.at(-1)).toMatchObject({ code: 'certificate-invalid', reason: 'no-known-signature' });
  });

  it('exits with 2 when --key is no verifier key, and with 1 when there is no such file', async () => {
    expect((await run([file, '--key', 'abc', '--home', emptyHome])).exitCode).toBe(2);
    const missing = await run([join(root, 'missing.json'), '--home', home]);
    expect(missing.exitCode).toBe(1);
    expect(missing.lines.at(-1)).toMatchObject({ code: 'not-found' });
  });
});
