import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../test/memory-bytes';
import { ChatFormatError } from '../errors';
import type { ByteSource } from '../zip/zip-directory';
import { JsonScanner } from './json-scanner';
import { parseJson } from './parse-json';

/** A source whose window is as small as it gets: every step of the scanner meets its edge. */
function narrow(text: string): ByteSource {
  const whole = bytesOf(text);
  return { sizeBytes: whole.sizeBytes, read: (offset, length) => whole.read(offset, Math.min(length, 3)) };
}

/** Walks through every container by itself and parses only what is none. */
function walk(scanner: JsonScanner): unknown {
  const kind = scanner.kind();
  if (kind === 'list') {
    const items: unknown[] = [];
    for (const _ of scanner.elements()) items.push(walk(scanner));
    return items;
  }
  if (kind !== 'object') return scanner.value();
  return Object.fromEntries(
    (function* entries() {
      for (const name of scanner.members()) yield [name, walk(scanner)] as const;
    })(),
  );
}

/** Whole numbers that a double may not hold are text. */
const asText = (_name: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(String(value)) ? String(value) : value;

const scannerOf = (text: string): JsonScanner => new JsonScanner(bytesOf(text), 1000);
const codeOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as ChatFormatError).code;
  }
};

describe('JsonScanner', () => {
  property.prop([fc.json({ maxDepth: 4 }), fc.constantFrom('', ' ', '\n\t')], { numRuns: 100 })(
    'sees what JSON.parse sees',
    (text, blank) => {
      const spaced = `\ufeff${blank}${text}${blank}`;
      const scanner = new JsonScanner(bytesOf(spaced), 1_000_000);
      expect(JSON.stringify(walk(scanner))).toEqual(JSON.stringify(JSON.parse(text, asText)));
      scanner.end();
    },
  );
  property.prop([fc.json({ maxDepth: 3 })], { numRuns: 50 })(
    'passes over any value, wherever the window ends',
    (text) => {
      const scanner = new JsonScanner(narrow(`[${text},7]`), 1_000_000);
      const seen: unknown[] = [];
      for (const index of scanner.elements()) if (index === 1) seen.push(scanner.pass());
      expect(seen).toEqual([{ offset: new TextEncoder().encode(text).length + 2, length: 1 }]);
    },
  );
  it('passes over members that are not read', () => {
    const scanner = scannerOf('{"a":[1,{"x":"]}\\""}],"b":2,"c":3}');
    const seen: unknown[] = [];
    for (const name of scanner.members()) if (name !== 'a') seen.push(scanner.value());
    expect(seen).toEqual([2, 3]);
  });
  it.each(['', ' ', '{', '{"a"', '{"a":', '{"a":1', '{"a":1,', '[1,', '[1 2]', '{1:2}', '"a', '{"a" 1}', '[1,]'])(
    'says that %j is damaged',
    (text) => {
      expect(
        codeOf(() => {
          const scanner = scannerOf(text);
          walk(scanner);
          scanner.end();
        }),
      ).toBe('damaged');
    },
  );
  it('refuses what is too deep or too long before it parses', () => {
    expect(codeOf(() => scannerOf('['.repeat(1000)).pass())).toBe('too-large');
    expect(codeOf(() => scannerOf(`"${'x'.repeat(1000)}"`).value())).toBe('too-large');
    expect(
      codeOf(() =>
        scannerOf(`{"${'x'.repeat(70_000)}":1}`)
          .members()
          .next(),
      ),
    ).toBe('too-large');
  });
});

describe('parseJson', () => {
  const parse = (text: string): unknown => parseJson(new TextEncoder().encode(text));

  it('keeps all digits of whole numbers that a double cannot hold, and leaves the others', () => {
    expect(
      parse('[12345678901234567890,-9007199254740993,9007199254740991,1e300,0.12345678901234567,"9007199254740993"]'),
    ).toEqual([
      '12345678901234567890',
      '-9007199254740993',
      9007199254740991,
      1e300,
      0.12345678901234567,
      '9007199254740993',
    ]);
  });
  it('survives bytes that are no UTF-8', () => {
    expect(parseJson(Uint8Array.of(0x22, 0xff, 0x22))).toBe('\ufffd');
  });
});
