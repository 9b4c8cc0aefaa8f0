import { fc, test as property } from '@fast-check/vitest';
import { requireSigningSeed, signingPublicKey } from '@coffer/crypto';
import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import {
  encodeVerifierKey,
  EvidenceError,
  noteVerifier,
  noteVerifierOf,
  openNote,
  parseNote,
  parseVerifierKey,
  signNote,
  type EvidenceReason,
  type NoteSigner,
} from '../index';

const signer: NoteSigner = { name: 'example.org/log', secret: requireSigningSeed(seed('note signer')) };
const other: NoteSigner = { name: 'example.org/other', secret: requireSigningSeed(seed('another signer')) };
const verifier = noteVerifierOf(signer);

function reasonOf(act: () => unknown): EvidenceReason | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(EvidenceError);
    return (error as EvidenceError).reason;
  }
}

describe('parseVerifierKey', () => {
  it('inverts encodeVerifierKey', () => {
    expect(parseVerifierKey(encodeVerifierKey(verifier))).toEqual(verifier);
  });

  it('reads the key of the signed-note specification’s example', () => {
    const key = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    expect(encodeVerifierKey(parseVerifierKey(key))).toBe(key);
  });

  it.each([
    ['nothing', ''],
    ['no key', 'a+00000000'],
    ['a hash of another key', 'PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
    ['a name with a space', 'Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
    ['another algorithm', 'PeterNeumann+c74f20a3+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
    ['a short key', 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy1w=='],
  ])('refuses %s', (_name, text) => {
    expect(() => parseVerifierKey(text)).toThrow(EvidenceError);
  });
});

describe('noteVerifier', () => {
  it.each(['', 'a b', 'a+b', 'a\nb', 'a\u2003b', 'x'.repeat(257)])('refuses the name %j', (name) => {
    expect(() => noteVerifier(name, signingPublicKey(signer.secret))).toThrow(EvidenceError);
  });
});

describe('openNote', () => {
  it('opens the example of the signed-note specification', () => {
    const key = parseVerifierKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
    const note = [
      'If you think cryptography is the answer to your problem,',
      'then you don’t know what your problem is.'.replace('’', "'"),
      '',
      '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=',
      '',
    ].join('\n');
    expect(openNote(note, [key]).verifiedBy).toEqual([key]);
  });

  property.prop([fc.string({ unit: 'grapheme', maxLength: 200 })])('opens what signNote made', (text) => {
    fc.pre(!/\p{Cc}/u.test(text) && text.isWellFormed());
    const opened = openNote(signNote(`${text}.\n`, signer), [verifier]);
    expect(opened.text).toBe(`${text}.\n`);
    expect(opened.verifiedBy).toEqual([verifier]);
  });

  it('keeps empty lines inside the text', () => {
    expect(openNote(signNote('a\n\nb\n', signer), [verifier]).text).toBe('a\n\nb\n');
  });

  it('refuses the note after any changed bit', () => {
    const note = new TextEncoder().encode(signNote('some text\nof two lines\n', signer));
    for (let at = 0; at < note.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = note.slice();
        changed[at]! ^= 1 << bit;
        const text = new TextDecoder().decode(changed);
        expect(() => openNote(text, [verifier]), `byte ${at}, bit ${bit}`).toThrow(EvidenceError);
      }
    }
  });

  it('leaves signatures of unknown keys alone and verifies every known one', () => {
    const first = signNote('text\n', signer);
    const line = signNote('text\n', other).split('\n\n')[1]!;
    const both = first + line;
    expect(openNote(both, [verifier]).verifiedBy).toEqual([verifier]);
    expect(openNote(both, [verifier, noteVerifierOf(other)]).verifiedBy.length).toBe(2);
    const wrongLine = signNote('other text\n', other).split('\n\n')[1]!;
    expect(openNote(first + wrongLine, [verifier]).signatures.length).toBe(2);
    expect(reasonOf(() => openNote(first + wrongLine, [verifier, noteVerifierOf(other)]))).toBe('bad-signature');
  });

  it('tells what is wrong', () => {
    const note = signNote('text\n', signer);
    const line = note.split('\n\n')[1]!;
    expect(reasonOf(() => openNote(note, [noteVerifierOf(other)]))).toBe('no-known-signature');
    expect(reasonOf(() => openNote(note.replace('text', 'tent'), [verifier]))).toBe('bad-signature');
    expect(reasonOf(() => openNote(note + line, [verifier]))).toBe('malformed');
    expect(reasonOf(() => openNote(`text\n\n${line.repeat(101)}`, [verifier]))).toBe('too-large');
    expect(reasonOf(() => openNote('x'.repeat(9_000_000), [verifier]))).toBe('too-large');
  });

  it.each([
    ['no signature', 'text\n\n'],
    ['no empty line', 'text\n— a AAAAAAAA\n'],
    ['no newline at the end', 'text\n\n— a AAAAAAAA'],
    ['a hyphen for the dash', 'text\n\n- a AAAAAAAA\n'],
    ['a short signature', 'text\n\n— a AAAAAA==\n'],
    ['a name with a plus sign', 'text\n\n— a+b AAAAAAAA\n'],
    ['no base64', 'text\n\n— a AAAAAAA\n'],
    ['base64url', 'text\n\n— a AAAA__--\n'],
    ['bits left over', 'text\n\n— a AAAAAAB=\n'],
    ['a tab in the text', 'te\txt\n\n— a AAAAAAAA\n'],
    ['a carriage return', 'text\r\n\n— a AAAAAAAA\n'],
    ['an empty text', '\n\n— a AAAAAAAA\n'],
  ])('refuses a note with %s', (_name, note) => {
    expect(reasonOf(() => parseNote(note))).toBe('malformed');
  });
});

describe('signNote', () => {
  it.each(['', '\n', 'no newline', 'bell\u0007\n', 'lone \ud800\n'])('refuses the text %j', (text) => {
    expect(reasonOf(() => signNote(text, signer))).toBe('malformed');
  });
});
