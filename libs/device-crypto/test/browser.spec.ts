import { resolve } from 'node:path';
import { inflateSync } from 'node:zlib';

import { describeWithTestData, hexField, seed, wycheproofCases } from '@coffer/test-kit';
import { describeInBrowser } from '@coffer/test-kit/browser';
import { describe, expect, it } from 'vitest';

import { argon2id, sealChunkedSync } from '../src/node';
import type { InPage } from './browser-entry';

declare const inPage: InPage;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

describeInBrowser('browser half in Chromium', resolve(import.meta.dirname, 'browser-entry.ts'), (page) => {
  describeWithTestData('Wycheproof', (data) => {
    it.each([
      ['cobblestone-256', 'c2sp_chunked_encryption_aes_256_gcm'],
      ['cobblestone-128', 'c2sp_chunked_encryption_aes_128_gcm'],
    ] as const)('%s: all 35 cases behave, whole and streamed', async (suite, file) => {
      const cases = wycheproofCases(data, file);
      for (const test of cases) {
        const input = {
          suite,
          inputKey: base64(hexField(test, 'key')),
          context: base64(hexField(test, 'ctx')),
          bytes: base64(inflateSync(hexField(test, 'ct'))),
        };
        const opened = await page().evaluate(async (each) => inPage.open(each), input);
        const expected =
          test.result === 'valid'
            ? test['msgSha512']
            : (expect.stringMatching(/^error (truncated|commitment-mismatch|piece-damaged|invalid-length)$/) as string);
        expect(opened, test.comment).toEqual({ whole: expected, streamed: expected });
      }
      expect(cases.length).toBe(35);
    });
  });

  describe('the same bytes as Node', () => {
    it.each([0, 1, 16_383, 16_384, 50_000])('for a sealed message of %d bytes', async (size) => {
      const key = { inputKey: seed('input key'), context: seed('context') };
      const salt = seed('salt', 24);
      const input = {
        suite: 'cobblestone-256' as const,
        inputKey: base64(key.inputKey),
        context: base64(key.context),
        bytes: base64(seed('plaintext', size)),
      };
      const sealed = await page().evaluate(async ([each, text]) => inPage.seal(each, text), [
        input,
        base64(salt),
      ] as const);
      expect(sealed).toBe(base64(sealChunkedSync(key, seed('plaintext', size), salt)));
    });

    it('for Argon2id', async () => {
      const [password, salt] = [seed('password', 20), seed('salt', 16)];
      const derived = await page().evaluate(async ([first, second]) => inPage.argon2id(first, second), [
        base64(password),
        base64(salt),
      ] as const);
      const parameters = { memoryKiB: 65_536, iterations: 3, parallelism: 4 };
      expect(derived).toBe(base64(await argon2id(password, salt, parameters, 32)));
    });
  });
});
