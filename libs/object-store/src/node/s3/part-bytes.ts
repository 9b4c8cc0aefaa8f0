import { createHash } from 'node:crypto';

import type { UploadedPart } from './s3-uploads';

/** Parts of one size, but the last. Each is memory of its own: a request that was given up may still read it. */
export async function* cutParts(
  pieces: AsyncIterable<Uint8Array>,
  partBytes: number,
): AsyncGenerator<Uint8Array, void> {
  let part = new Uint8Array(partBytes);
  let filled = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      if (filled === partBytes) {
        yield part;
        part = new Uint8Array(partBytes);
        filled = 0;
      }
      const taken = piece.subarray(at, at + partBytes - filled);
      part.set(taken, filled);
      filled += taken.length;
      at += taken.length;
    }
  }
  yield part.subarray(0, filled);
}

/** Whether a part on a server is this one, as far as its ETag is an MD5. */
export function isSamePart({ sizeBytes, etag }: UploadedPart, part: Uint8Array): boolean {
  return sizeBytes === part.length && unquoted(etag) === createHash('md5').update(part).digest('hex');
}

/** ETag of the object that parts make, as S3 reckons it where the ETag of a part is its MD5; else it matches none. */
export function wholeEtag(partEtags: readonly string[]): string {
  const hashes = partEtags.map((etag) => Buffer.from(unquoted(etag), 'hex'));
  return `${createHash('md5').update(Buffer.concat(hashes)).digest('hex')}-${partEtags.length}`;
}

/** An ETag without its quotes, which not all servers write. */
export function unquoted(etag: string): string {
  return etag.replaceAll('"', '');
}
