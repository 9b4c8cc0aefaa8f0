import { requireSigningSeed } from '@coffer/crypto';
import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import {
  certificateKeyName,
  EvidenceError,
  formatCheckpoint,
  ledgerOrigin,
  noteVerifierOf,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
  signNote,
  type Checkpoint,
} from '../index';

const vaultId = seed('vault id', 16);
const signer = { name: ledgerOrigin(vaultId), secret: requireSigningSeed(seed('ledger key')) };
const verifier = noteVerifierOf(signer);
const checkpoint: Checkpoint = { origin: signer.name, size: 12, root: seed('root'), extensions: [] };
const root = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';

describe('ledgerOrigin', () => {
  it('names the vault, as the certificate key does', () => {
    expect(ledgerOrigin(new Uint8Array(16))).toBe('coffer.ledger/AAAAAAAAAAAAAAAAAAAAAA');
    expect(certificateKeyName(new Uint8Array(16))).toBe('coffer.certificate/AAAAAAAAAAAAAAAAAAAAAA');
  });
});

describe('openCheckpoint', () => {
  it('opens what signCheckpoint made', () => {
    expect(openCheckpoint(signCheckpoint(checkpoint, signer), verifier)).toEqual(checkpoint);
    const extended = { ...checkpoint, extensions: ['one', 'two'] };
    expect(openCheckpoint(signCheckpoint(extended, signer), verifier)).toEqual(extended);
    const empty = { ...checkpoint, size: 0 };
    expect(openCheckpoint(signCheckpoint(empty, signer), verifier)).toEqual(empty);
  });

  it('refuses the checkpoint of another ledger that the same key signed', () => {
    const note = signCheckpoint({ ...checkpoint, origin: 'another.ledger' }, signer);
    expect(() => openCheckpoint(note, verifier)).toThrow(expect.objectContaining({ reason: 'wrong-origin' }));
    expect(openCheckpoint(note, verifier, 'another.ledger').size).toBe(12);
  });

  it('refuses another note of the same key', () => {
    const note = signNote('coffer/v1/certificate\nx\ny\n', signer);
    expect(() => openCheckpoint(note, verifier)).toThrow(expect.objectContaining({ code: 'checkpoint-invalid' }));
  });
});

describe('parseCheckpoint', () => {
  it.each([
    ['no newline at the end', `o\n1\n${root}`],
    ['no root', 'o\n1\n'],
    ['no origin', `\n1\n${root}\n`],
    ['a size with a leading zero', `o\n01\n${root}\n`],
    ['a negative size', `o\n-1\n${root}\n`],
    ['a size in another form', `o\n1e3\n${root}\n`],
    ['a size beyond 2^53-1', `o\n9007199254740992\n${root}\n`],
    ['a short root', 'o\n1\nAAAA\n'],
    ['a root without padding', `o\n1\n${root.slice(0, -1)}\n`],
    ['an empty extension line', `o\n1\n${root}\n\nx\n`],
  ])('refuses %s', (_name, text) => {
    expect(() => parseCheckpoint(text)).toThrow(EvidenceError);
  });
});

describe('formatCheckpoint', () => {
  it.each([
    ['a fraction', { size: 1.5 }],
    ['a short root', { root: new Uint8Array(31) }],
    ['an empty extension', { extensions: [''] }],
    ['no origin', { origin: '' }],
  ])('refuses %s', (_name, change) => {
    expect(() => formatCheckpoint({ ...checkpoint, ...change })).toThrow(EvidenceError);
  });
});
