import { hex, padme, sha256 } from './primitives';
import { must } from './refusal';
import { readCbor, type Value } from './strict-cbor';

/** `section(x) || … || 0^p`. */
export function splitSections(plaintext: Buffer, count: number): readonly Buffer[] {
  const sections: Buffer[] = [];
  let at = 0;
  for (let section = 0; section < count; section++) {
    const end = at + 4 + plaintext.readUInt32BE(at);
    must(end <= plaintext.length, 'cut short');
    sections.push(plaintext.subarray(at + 4, end));
    at = end;
  }
  must(plaintext.length === padme(at) && plaintext.subarray(at).every((byte) => byte === 0), 'padding');
  return sections;
}

export type TableEntry = readonly [id: Uint8Array, offset: number, storedLength: number, rawLength: number];

/** 1 to 65,536 chunks, back to back. */
export function readTable(table: Uint8Array): readonly TableEntry[] {
  const entries = readCbor(table) as unknown as readonly TableEntry[];
  must(Array.isArray(entries) && entries.length >= 1 && entries.length <= 65_536, 'a table');
  let next = 0;
  for (const [id, offset, storedLength, rawLength, ...more] of entries as readonly (readonly [
    Uint8Array,
    number,
    number,
    number,
    ...unknown[],
  ])[]) {
    must(more.length === 0 && id.length === 32 && offset === next && rawLength <= 1_048_576, 'an entry');
    next += storedLength;
  }
  return entries;
}

/** The files section, by kinds. Names are those of vector.json. */
export function readItems(
  items: readonly (readonly Value[])[],
  chunks: ReadonlyMap<string, () => Buffer>,
): { readonly files: readonly object[]; readonly folders: readonly object[]; readonly links: readonly object[] } {
  const paths = items.map((item) => item[1] as string);
  for (const [at, path] of paths.entries()) {
    must(
      path.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && !name.includes('\0')),
      'a path',
    );
    must(at === 0 || Buffer.compare(Buffer.from(paths[at - 1]!), Buffer.from(path)) < 0, 'order');
  }
  const kinds = new Map(items.map((item) => [item[1] as string, item[0]]));
  for (const path of paths) {
    const names = path.split('/');
    for (let length = 1; length < names.length; length++) {
      const above = kinds.get(names.slice(0, length).join('/'));
      must(above === undefined || above === 'folder', 'below a file');
    }
  }
  const found = { files: [] as object[], folders: [] as object[], links: [] as object[] };
  for (const [kind, path, ...rest] of items) {
    if (kind === 'file') found.files.push({ path, ...readFile(rest as [number, number, number, Uint8Array], chunks) });
    else if (kind === 'folder') found.folders.push({ path, mode: rest[0], mtimeMs: rest[1] });
    else if (kind === 'link') found.links.push({ path, mtimeMs: rest[0], target: rest[1] });
    else throw new RangeError('an unknown kind');
  }
  return found;
}

function readFile(
  [mode, mtimeMs, sizeBytes, chunkIds]: readonly [number, number, number, Uint8Array],
  chunks: ReadonlyMap<string, () => Buffer>,
): object {
  must(chunkIds.length % 32 === 0, 'chunk ids');
  const parts: Buffer[] = [];
  for (let at = 0; at < chunkIds.length; at += 32) {
    const chunk = chunks.get(hex(chunkIds.subarray(at, at + 32)));
    must(chunk !== undefined, 'a chunk that no index names');
    parts.push(chunk());
  }
  const bytes = Buffer.concat(parts);
  must(bytes.length === sizeBytes, 'another size');
  return { mode, mtimeMs, sizeBytes, sha256: hex(sha256(bytes)) };
}
