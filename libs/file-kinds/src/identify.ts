import { matchChatContainer } from './chat-containers';
import { isIncompressible, type FileKind } from './kinds';
import { matchAudioFrame, matchSignature } from './signatures';

/** How many of a file's first and last bytes tell all that `identifyFile` can tell. */
export const identifyFirstBytes = 512;
export const identifyLastBytes = 4;

export interface IdentifiedFile {
  readonly kind: FileKind;
  /** True where compressing the bytes once more is not worth trying. */
  readonly isIncompressible: boolean;
}

/**
 * What a file is, by its content. The name decides only where the content says nothing: an encrypted container whose first
 * bytes are damaged is still known by its ending.
 *
 * @param firstBytes - the first 512 bytes, or the whole file where it is shorter
 * @param lastBytes - the last 4 bytes or more; without them crypt12 is not recognised
 * @param name - the file's name or path
 */
export function identifyFile(firstBytes: Uint8Array, lastBytes?: Uint8Array, name?: string): IdentifiedFile {
  const kind = kindByContent(firstBytes, lastBytes) ?? kindByName(name) ?? 'unknown';
  return { kind, isIncompressible: isIncompressible(kind) };
}

function kindByContent(first: Uint8Array, last: Uint8Array | undefined): FileKind | undefined {
  if (first.length === 0) return 'empty';
  return matchSignature(first) ?? matchChatContainer(first, last) ?? matchAudioFrame(first) ?? matchText(first);
}

function kindByName(name: string | undefined): FileKind | undefined {
  const ending = /\.(crypt1[245])(?:\.[^./\\]*)?$/i.exec(name ?? '')?.[1]?.toLowerCase();
  if (ending === 'crypt12') return 'whatsapp-crypt12';
  if (ending === 'crypt14') return 'whatsapp-crypt14';
  return ending === 'crypt15' ? 'whatsapp-crypt15' : undefined;
}

/** UTF-8 without control characters; a character may be cut at the end of the sample. */
function matchText(first: Uint8Array): FileKind | undefined {
  const sample = first.subarray(0, identifyFirstBytes);
  if (sample.some((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13)) return undefined;
  for (let cut = 0; cut <= 3 && cut < sample.length; cut++) {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(sample.subarray(0, sample.length - cut));
      return 'text';
    } catch {
      if (first.length < identifyFirstBytes) return undefined;
    }
  }
  return undefined;
}
