import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { writeTexts } from './write-texts';

/** Keeps copies of what was written, and looks whether it changed while it was being written. */
function sink(): { readonly write: (bytes: Uint8Array) => Promise<void>; readonly whole: () => string } {
  const written: Buffer[] = [];
  return {
    write: async (bytes) => {
      const copy = Buffer.from(bytes);
      await setImmediate();
      expect(copy.equals(bytes)).toBe(true);
      written.push(copy);
    },
    whole: () => Buffer.concat(written).toString(),
  };
}

describe('writeTexts', () => {
  it('writes all texts as UTF-8, whatever their length, and says what they end with', async () => {
    const texts = ['', 'a', 'ä€😀'.repeat(100_000), 'b'.repeat(262_143), '😀', '', 'x'.repeat(700_000), 'end'];
    const { write, whole } = sink();
    function* each(): Generator<string, number, undefined> {
      yield* texts;
      return 8;
    }
    expect(await writeTexts(each(), write)).toBe(8);
    expect(whole() === texts.join('')).toBe(true);
  });
  it('writes nothing where there is none', async () => {
    const { write, whole } = sink();
    await writeTexts([''].values(), write);
    expect(whole()).toBe('');
  });
  it('fails as the writing did when no more text comes', async () => {
    const full = (): Promise<void> => Promise.reject(new Error('full'));
    await expect(writeTexts(['a'].values(), full)).rejects.toThrow('full');
  });
  it('fails as the texts did when a write is under way', async () => {
    function* broken(): Generator<string, void, undefined> {
      yield 'x'.repeat(300_000);
      throw new Error('damaged');
    }
    const full = async (): Promise<void> => {
      await setImmediate();
      throw new Error('full');
    };
    await expect(writeTexts(broken(), full)).rejects.toThrow('damaged');
    await setImmediate();
  });
});
