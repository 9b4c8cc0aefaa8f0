import { ChatFormatError } from '../errors';

/** Bytes of the GCM tag, and of the MD5 that follows it in most files. */
export const tagBytes = 16;
export const checksumBytes = 16;

/** Bytes of what crypt12 puts behind its MD5: two dashes and the last two digits of the phone number. */
export const crypt12EndingBytes = 4;

/** What was found at the end of a WhatsApp backup, its crypt12 ending left out. */
export interface TrailerFindings {
  /** The last 16 bytes are the MD5 of all before them, and an ending that has to follow has its form. */
  readonly checksumMatches: boolean;
  /** The tag holds with the last 16 bytes taken for an MD5. */
  readonly tagMatchesBeforeChecksum: boolean;
  /** The tag holds with the last 16 bytes taken for the tag itself: a file without an MD5. */
  readonly tagMatchesAtEnd: boolean;
}

/** Where the ciphertext of a whole file ends, and what is to be said about its checksum. */
export interface TrailerVerdict {
  /** Bytes after the ciphertext, the crypt12 ending left out: 32 with a checksum, 16 without. */
  readonly trailerBytes: 16 | 32;
  readonly checksum: 'right' | 'wrong' | 'absent';
}

/**
 * Judges a crypt12, crypt14 or crypt15 file. The tag decides what is true; the MD5, which anybody can compute, only tells a wrong key from
 * damage.
 *
 * @throws ChatFormatError `wrong-key` (MD5 right, tag wrong), `damaged` (MD5 wrong or absent, tag wrong)
 */
export function judgeTrailer(findings: TrailerFindings): TrailerVerdict {
  if (findings.tagMatchesBeforeChecksum) {
    return { trailerBytes: 32, checksum: findings.checksumMatches ? 'right' : 'wrong' };
  }
  if (findings.tagMatchesAtEnd) return { trailerBytes: 16, checksum: 'absent' };
  if (findings.checksumMatches) {
    throw new ChatFormatError(
      'wrong-key',
      'this key does not open this backup. The file is whole, and nothing was written: try the key of another phone or of an earlier time.',
    );
  }
  throw new ChatFormatError(
    'damaged',
    'this backup is damaged, or the key is wrong. Nothing was written: copy the file from the phone again and compare the sizes.',
  );
}
