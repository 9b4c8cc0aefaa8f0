import { createCipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testKeyDigits } from '@coffer/test-kit/node';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseBackupKeyDigits } from '../whatsapp/backup-key';
import type { MediaFile, MediaPlace } from '../media/media-place';
import { openMediaPlace } from './media-place';

let folder: string;
let places: MediaPlace[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coffer-media-'));
  places = [];
});
afterEach(() => {
  for (const place of places) place.close();
  rmSync(folder, { recursive: true });
});

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const sha256Hex = (content: string): string => createHash('sha256').update(content).digest('hex');
const contentOf = (file: MediaFile | undefined): string | undefined =>
  file && Buffer.concat([...file.pieces()].map((piece) => new Uint8Array(piece))).toString();

function opened(path: string, options: Parameters<typeof openMediaPlace>[1] = {}): MediaPlace {
  const place = openMediaPlace(path, options);
  places.push(place);
  return place;
}

const files: Readonly<Record<string, string>> = {
  'Images/a.jpg': 'first a',
  'Other/a.jpg': 'other a',
  'Images/renamed-by-hand.jpg': 'the third',
  'video.mp4': 'a video',
};

/** The same files in a folder, and in zips: packed, and stored as they are. */
function folderAndZips(): readonly MediaPlace[] {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, 'media', name, '..'), { recursive: true });
    writeFileSync(join(folder, 'media', name), content);
  }
  const entries = Object.fromEntries(Object.entries(files).map(([name, content]) => [name, text(content)]));
  writeFileSync(join(folder, 'packed.zip'), zipSync(entries, { level: 9 }));
  writeFileSync(join(folder, 'stored.zip'), zipSync(entries, { level: 0 }));
  return ['media', 'packed.zip', 'stored.zip'].map((name) => opened(join(folder, name)));
}

describe('openMediaPlace', () => {
  it('finds by path, by a name that is there once, and by hash, in folders and zips', () => {
    for (const place of folderAndZips()) {
      const found = (media: Parameters<MediaPlace['find']>[0]): string | undefined => contentOf(place.find(media));
      expect(found({ path: 'Images/a.jpg' })).toBe('first a');
      expect(found({ path: 'Media/WhatsApp Video/video.mp4' })).toBe('a video');
      expect(found({ name: 'video.mp4' })).toBe('a video');
      expect(found({ path: 'gone/a.jpg' })).toBeUndefined();
      expect(found({ path: 'gone/a.jpg', sha256Hex: sha256Hex('other a') })).toBe('other a');
      expect(found({ path: 'Images/IMG-1.jpg', sha256Hex: sha256Hex('the third') })).toBe('the third');
      expect(found({ sizeBytes: 9, sha256Hex: sha256Hex('the third') })).toBe('the third');
      expect(found({ sizeBytes: 8, sha256Hex: sha256Hex('the third') })).toBeUndefined();
      expect(found({ sha256Hex: sha256Hex('what is not there') })).toBeUndefined();
      expect(found({ mimeType: 'image/jpeg' })).toBeUndefined();
    }
  });

  it('takes another file than the one of that name where size and hash say so', () => {
    for (const place of folderAndZips()) {
      const media = { name: 'video.mp4', sizeBytes: 9, sha256Hex: sha256Hex('the third') };
      expect(contentOf(place.find(media))).toBe('the third');
    }
  });

  it('finds nothing outside of the folder', () => {
    folderAndZips();
    writeFileSync(join(folder, 'secret'), 'secret');
    symlinkSync(join(folder, 'secret'), join(folder, 'media', 'link'));
    const place = opened(join(folder, 'media'));
    for (const path of ['../secret', 'link', '/etc/passwd', 'a\0b']) expect(place.find({ path })).toBeUndefined();
    expect(place.find({ sha256Hex: sha256Hex('secret') })).toBeUndefined();
  });

  it('gives nothing out as whole that a zip says is damaged', () => {
    folderAndZips();
    for (const name of ['packed.zip', 'stored.zip']) {
      const path = join(folder, name);
      const bytes = readFileSync(path);
      bytes[bytes.indexOf('video.mp4') + 'video.mp4'.length + 2]! ^= 1;
      writeFileSync(path, bytes);
      const place = opened(path);
      expect(() => contentOf(place.find({ name: 'video.mp4' }))).toThrow(expect.objectContaining({ code: 'damaged' }));
      expect(place.find({ sizeBytes: 7, sha256Hex: sha256Hex('a video') })).toBeUndefined();
    }
  });

  it('says of a file that went away that it cannot be read, as of a damaged one', () => {
    folderAndZips();
    const file = opened(join(folder, 'media')).find({ path: 'video.mp4' });
    rmSync(join(folder, 'media', 'video.mp4'));
    expect(() => contentOf(file)).toThrow(expect.objectContaining({ code: 'damaged' }));
  });

  it('opens the media of an end-to-end encrypted WhatsApp backup with its key, and no other', () => {
    const root = Buffer.from(testKeyDigits, 'hex');
    const content = 'a picture that was encrypted';
    const digests = [createHash('sha256').update('Media/a.jpg').digest(), createHash('md5').update(content).digest()];
    const nameBytes = createHmac('sha256', root).update(Buffer.concat(digests)).digest();
    const keys = Buffer.from(hkdfSync('sha256', root, '', nameBytes, 48));
    const cipher = createCipheriv('aes-256-gcm', keys.subarray(0, 32), keys.subarray(32));
    const sealed = Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()]);
    const path = join(folder, `${nameBytes.toString('hex')}.mcrypt1`);
    writeFileSync(path, sealed);
    const media = { path: 'Media/a.jpg', sizeBytes: content.length, sha256Hex: sha256Hex(content) };
    const key = parseBackupKeyDigits(testKeyDigits);

    const place = opened(folder, { key });
    key.fill(0);
    expect(contentOf(place.find(media))).toBe(content);
    expect(contentOf(place.find({ sha256Hex: media.sha256Hex }))).toBe(content);
    expect(opened(folder).find(media)).toBeUndefined();
    expect(opened(folder, { key: parseBackupKeyDigits('0'.repeat(64)) }).find(media)).toBeUndefined();
    for (const bad of [Buffer.concat([Buffer.of(sealed[0]! ^ 1), sealed.subarray(1)]), sealed.subarray(0, 10)]) {
      writeFileSync(path, bad);
      expect(opened(folder, { key: parseBackupKeyDigits(testKeyDigits) }).find(media)).toBeUndefined();
    }
  });
});
