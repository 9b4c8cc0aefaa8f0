import { requireBytes, toHex } from '@coffer/foundation';

import { invalidValue } from './fields';
import { objectIdBytes } from './limits';

/** Paths of all objects, relative to the repository (docs/format/v1.md, "Layout"). */
export const objectPaths = {
  config: 'config',
  keyslot: (slotId: Uint8Array): string => `keyslots/${objectIdHex(slotId)}`,
  keyring: (keyId: Uint8Array, version: number): string =>
    `keyring/${toHex(requireBytes(keyId, 8, 'key id'))}-${requireNumber(version)}`,
  pack: (epoch: number, packId: Uint8Array): string => {
    const name = objectIdHex(packId);
    return `packs/${requireNumber(epoch)}/${name.slice(0, 2)}/${name}`;
  },
  index: (epoch: number, indexId: Uint8Array): string => `index/${requireNumber(epoch)}/${objectIdHex(indexId)}`,
  snapshot: (epoch: number, snapshotId: Uint8Array): string =>
    `snapshots/${requireNumber(epoch)}/${objectIdHex(snapshotId)}`,
  prune: (pruneGeneration: number): string => `prune/${twentyDigits(pruneGeneration)}`,
  head: (generation: number): string => `heads/${twentyDigits(generation)}`,
  rotation: (generation: number, headHash: Uint8Array): string =>
    `rotations/${twentyDigits(generation)}-${toHex(requireBytes(headHash, 32, 'head hash'))}`,
} as const;

/** Prefixes for listings. */
export const objectPrefixes = {
  keyslots: 'keyslots/',
  keyrings: 'keyring/',
  packs: 'packs/',
  indexes: 'index/',
  snapshots: 'snapshots/',
  prune: 'prune/',
  heads: 'heads/',
} as const;

/** Where a pack, index or snapshot lies, as its path says. */
export interface ObjectPlace {
  readonly epoch: number;
  /** 32 lower-case hexadecimal digits. */
  readonly idHex: string;
}

/** Reads the path of a pack. @returns undefined for any other path */
export function parsePackPath(path: string): ObjectPlace | undefined {
  const match = /^packs\/([1-9]\d{0,9})\/([0-9a-f]{2})\/([0-9a-f]{32})$/.exec(path);
  if (match === null || match[3]!.slice(0, 2) !== match[2]) return undefined;
  return { epoch: Number(match[1]), idHex: match[3]! };
}

/** Reads the path of a snapshot. @returns undefined for any other path */
export function parseSnapshotPath(path: string): ObjectPlace | undefined {
  const match = /^snapshots\/([1-9]\d{0,9})\/([0-9a-f]{32})$/.exec(path);
  return match === null ? undefined : { epoch: Number(match[1]), idHex: match[2]! };
}

/** Reads the path of an index. @returns undefined for any other path */
export function parseIndexPath(path: string): ObjectPlace | undefined {
  const match = /^index\/([1-9]\d{0,9})\/([0-9a-f]{32})$/.exec(path);
  return match === null ? undefined : { epoch: Number(match[1]), idHex: match[2]! };
}

/** Reads the path of a head. @returns its generation, undefined for any other path */
export function parseHeadPath(path: string): number | undefined {
  return numberIn(/^heads\/(\d{20})$/.exec(path));
}

/** Reads the path of a prune list. @returns its prune generation, undefined for any other path */
export function parsePrunePath(path: string): number | undefined {
  return numberIn(/^prune\/(\d{20})$/.exec(path));
}

/** Reads the path of a keyring. @returns undefined for any other path */
export function parseKeyringPath(path: string): { readonly keyIdHex: string; readonly version: number } | undefined {
  const match = /^keyring\/([0-9a-f]{16})-([1-9]\d{0,9})$/.exec(path);
  return match === null ? undefined : { keyIdHex: match[1]!, version: Number(match[2]) };
}

/** The text form of an object id in paths and heads. */
export function objectIdHex(id: Uint8Array): string {
  return toHex(requireBytes(id, objectIdBytes, 'object id'));
}

function numberIn(match: RegExpExecArray | null): number | undefined {
  const number = match === null ? Number.NaN : Number(match[1]);
  return Number.isSafeInteger(number) && number >= 1 ? number : undefined;
}

function twentyDigits(generation: number): string {
  return String(requireNumber(generation)).padStart(20, '0');
}

function requireNumber(value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) throw invalidValue('epochs, versions and generations count from 1');
  return value;
}
