/** What a file can be found to be. `unknown` is an answer, not an error. */
export const fileKinds = [
  // chat data and what opens it
  'sqlite',
  'whatsapp-crypt12',
  'whatsapp-crypt14',
  'whatsapp-crypt15',
  'whatsapp-backup-key',
  'whatsapp-key-file',
  'signal-backup-v2',
  'signal-android-backup',
  // containers
  'zip',
  'gzip',
  'zstd',
  'xz',
  'bzip2',
  'seven-zip',
  'rar',
  // media and documents
  'jpeg',
  'png',
  'gif',
  'webp',
  'heif',
  'mp4',
  'matroska',
  'ogg',
  'mp3',
  'aac',
  'flac',
  'amr',
  'wav',
  'pdf',
  // the rest
  'text',
  'empty',
  'unknown',
] as const;
export type FileKind = (typeof fileKinds)[number];

/** Kinds whose bytes a general compressor cannot make smaller: compressed already, or encrypted. */
const incompressibleKinds: ReadonlySet<FileKind> = new Set<FileKind>([
  'whatsapp-crypt12',
  'whatsapp-crypt14',
  'whatsapp-crypt15',
  'signal-backup-v2',
  'signal-android-backup',
  'zip',
  'gzip',
  'zstd',
  'xz',
  'bzip2',
  'seven-zip',
  'rar',
  'jpeg',
  'png',
  'gif',
  'webp',
  'heif',
  'mp4',
  'matroska',
  'ogg',
  'mp3',
  'aac',
  'flac',
  'amr',
]);

/** Whether trying to compress a file of this kind is a waste of time. */
export function isIncompressible(kind: FileKind): boolean {
  return incompressibleKinds.has(kind);
}
