import type { FileKind } from './kinds';

interface Signature {
  readonly kind: FileKind;
  readonly offset: number;
  /** Byte values; -1 stands for any byte. */
  readonly bytes: readonly number[];
}

const ascii = (text: string): readonly number[] => Array.from(text, (character) => character.charCodeAt(0));
const any = -1;

const signature = (kind: FileKind, bytes: readonly number[], offset = 0): Signature => ({ kind, offset, bytes });

/** Fixed bytes at fixed places, the more telling ones first. */
const signatures: readonly Signature[] = [
  signature('sqlite', [...ascii('SQLite format 3'), 0]),
  signature('signal-backup-v2', [...ascii('SBACKUP'), 1]),
  signature('png', [0x89, ...ascii('PNG'), 13, 10, 26, 10]),
  signature('seven-zip', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]),
  signature('xz', [0xfd, ...ascii('7zXZ'), 0]),
  signature('rar', [...ascii('Rar!'), 0x1a, 7]),
  signature('pdf', ascii('%PDF-')),
  signature('webp', [...ascii('RIFF'), any, any, any, any, ...ascii('WEBP')]),
  signature('wav', [...ascii('RIFF'), any, any, any, any, ...ascii('WAVE')]),
  signature('amr', ascii('#!AMR')),
  signature('gif', ascii('GIF8')),
  signature('ogg', ascii('OggS')),
  signature('flac', ascii('fLaC')),
  signature('matroska', [0x1a, 0x45, 0xdf, 0xa3]),
  signature('zstd', [0x28, 0xb5, 0x2f, 0xfd]),
  signature('zip', [...ascii('PK'), 3, 4]),
  signature('zip', [...ascii('PK'), 5, 6]),
  signature('heif', ascii('ftyphei'), 4),
  signature('heif', ascii('ftypmif'), 4),
  signature('heif', ascii('ftypavif'), 4),
  signature('mp4', ascii('ftyp'), 4),
  signature('mp3', ascii('ID3')),
  signature('bzip2', ascii('BZh')),
  signature('jpeg', [0xff, 0xd8, 0xff]),
  signature('gzip', [0x1f, 0x8b, 8]),
];

/** The kind whose fixed bytes `firstBytes` has, if any. */
export function matchSignature(firstBytes: Uint8Array): FileKind | undefined {
  return signatures.find(
    ({ offset, bytes }) =>
      firstBytes.length >= offset + bytes.length &&
      bytes.every((byte, index) => byte === any || firstBytes[offset + index] === byte),
  )?.kind;
}

/** Streams without a header: an MPEG audio frame starts with eleven set bits. */
export function matchAudioFrame(firstBytes: Uint8Array): FileKind | undefined {
  const [first, second, third] = firstBytes;
  if (first !== 0xff || second === undefined || third === undefined) return undefined;
  if ((second & 0xf6) === 0xf0) return 'aac';
  const isLayer3 = (second & 0xe6) === 0xe2;
  return isLayer3 && (second & 0x18) !== 0x08 && third >> 4 !== 15 ? 'mp3' : undefined;
}
