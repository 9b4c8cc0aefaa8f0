import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FolderWriter } from './new-output';
import { writeNewZip } from './new-zip';

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'coffer-zip-'));
});
afterEach(() => rmSync(out, { recursive: true }));
const options = { isForced: false, signal: new AbortController().signal };

describe('writeNewZip', () => {
  it('compresses what is written and stores what is copied, of any size', async () => {
    const bytes = Uint8Array.from({ length: 3_000_001 }, (_, index) => index % 251);
    let copied = 0;
    await writeNewZip(out, 'a.zip', options, async (writer) => {
      await writer.write('page.html', new TextEncoder().encode('x'.repeat(100_000)));
      copied = await writer.copy('media/1.bin', [bytes.subarray(0, 1_000_000), bytes.subarray(1_000_000)]);
    });
    const zip = readFileSync(join(out, 'a.zip'));
    const files = unzipSync(zip);
    expect(copied).toBe(bytes.length);
    expect(zip.length).toBeLessThan(bytes.length + 2000);
    expect(Buffer.from(files['media/1.bin']!).equals(bytes)).toBe(true);
    expect(new TextDecoder().decode(files['page.html'])).toBe('x'.repeat(100_000));
  });
  it.each([
    ['files', { files: 1, bytes: 1000 }],
    ['bytes', { files: 9, bytes: 20 }],
  ])('leaves nothing where it would hold too many %s', async (_name, limits) => {
    const produce = async (writer: FolderWriter): Promise<void> => {
      for (const name of ['a', 'b']) await writer.write(name, Uint8Array.of(1, 2, 3));
    };
    await expect(writeNewZip(out, 'a.zip', options, produce, limits)).rejects.toMatchObject({ code: 'too-large' });
    expect(readdirSync(out)).toEqual([]);
  });
});
