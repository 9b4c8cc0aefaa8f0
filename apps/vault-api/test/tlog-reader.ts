import { createHash, createPublicKey, verify } from 'node:crypto';

/** Gets one resource below the log's prefix, e.g. `tile/0/000.p/5`. */
export type FetchResource = (path: string) => Promise<Uint8Array>;

export interface SignedHead {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const leafHash = (entry: Uint8Array): Buffer => sha256(Uint8Array.of(0), entry);
const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => sha256(Uint8Array.of(1), left, right);

/**
 * A reader of any C2SP tlog-tiles log, written from the specification's text alone: it shares no code with the project, so
 * that what the vault serves is not judged by what serves it. It reads whole logs and is made for small ones.
 */
export class TlogReader {
  readonly #fetch: FetchResource;
  readonly #verifierKey: string;

  /** @param verifierKey - `name+hash+base64` (C2SP signed-note) */
  constructor(fetch: FetchResource, verifierKey: string) {
    this.#fetch = fetch;
    this.#verifierKey = verifierKey;
  }

  /** The checkpoint under `path`, its Ed25519 signature verified. */
  async head(path = 'checkpoint'): Promise<SignedHead> {
    const note = Buffer.from(await this.#fetch(path)).toString();
    const end = note.indexOf('\n\n');
    const text = note.slice(0, end + 1);
    const [name, hash, key] = this.#verifierKey.split(/\+(?=[0-9a-f]{8}\+)|(?<=\+[0-9a-f]{8})\+/);
    const line = note
      .slice(end + 2)
      .split('\n')
      .find((candidate) => candidate.startsWith(`— ${name} `));
    const signature = Buffer.from(line!.split(' ')[2]!, 'base64');
    if (signature.subarray(0, 4).toString('hex') !== hash) throw new Error('another key signed the checkpoint');
    const raw = Buffer.from(key!, 'base64').subarray(1);
    const publicKey = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
      format: 'jwk',
    });
    if (!verify(null, Buffer.from(text), publicKey, signature.subarray(4))) throw new Error('the signature is wrong');
    const [origin, size, root] = text.split('\n');
    return { origin: origin!, size: Number(size), root: Buffer.from(root!, 'base64') };
  }

  /**
   * Reads every tile and bundle of a tree of `size` leaves, each as wide as the specification computes it, and compares them
   * with each other: entries with leaf hashes, each full tile with its hash one level up.
   *
   * @returns the leaf hashes
   */
  async leaves(size: number): Promise<readonly Buffer[]> {
    const levels: Buffer[][] = [];
    for (let level = 0; 256 ** level <= size; level++) {
      const count = Math.floor(size / 256 ** level);
      levels.push(await this.#level(`tile/${level}`, count, (bytes) => split(bytes)));
    }
    const [leaves = [], ...upper] = levels;
    const entries = await this.#level('tile/entries', leaves.length, (bytes) => unbundle(bytes));
    for (const [index, entry] of entries.entries()) same(leafHash(entry), leaves[index]!, `entry ${index}`);
    for (const [above, hashes] of upper.entries()) {
      for (const [index, hash] of hashes.entries()) {
        same(treeHash(levels[above]!.slice(index * 256, (index + 1) * 256)), hash, `tile ${above}/${index}`);
      }
    }
    return leaves;
  }

  async #level(path: string, count: number, parse: (bytes: Buffer) => readonly Buffer[]): Promise<Buffer[]> {
    const found: Buffer[] = [];
    for (let index = 0; index * 256 < count; index++) {
      const width = Math.min(256, count - index * 256);
      const parts = parse(Buffer.from(await this.#fetch(`${path}/${tileName(index, width)}`)));
      if (parts.length !== width) throw new Error(`${path} ${index} has ${parts.length} parts, not ${width}`);
      found.push(...parts);
    }
    return found;
  }
}

/** MTH of RFC 6962, section 2.1, over leaf hashes. */
export function treeHash(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0]!;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}

/** `x001/x234/067.p/5`. */
export function tileName(index: number, width: number): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/\d{3}/g)!.map((group, at, all) => (at < all.length - 1 ? `x${group}` : group));
  return groups.join('/') + (width === 256 ? '' : `.p/${width}`);
}

function split(bytes: Buffer): readonly Buffer[] {
  if (bytes.length % 32 !== 0) throw new Error('a tile is no row of hashes');
  return Array.from({ length: bytes.length / 32 }, (_, at) => bytes.subarray(at * 32, at * 32 + 32));
}

function unbundle(bytes: Buffer): readonly Buffer[] {
  const entries: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt16BE(at);
    entries.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries;
}

function same(computed: Buffer, served: Buffer, what: string): void {
  if (!computed.equals(served)) throw new Error(`${what} does not have the hash that the tree gives it`);
}
