import { base32crockford } from '@scure/base';
import { sha256 } from '@coffer/crypto/node';
import { concatBytes, equalBytes, toHex } from '@coffer/foundation';
import { sealerLabels } from '../labels';
import { ShareError } from './share-error';

/** One share of a root key, with what is needed to tell a wrong one. */
export interface RootShare {
  /** So many shares give the root, of so many that were made. */
  readonly threshold: number;
  readonly shares: number;
  /** 1 to `shares`. */
  readonly number: number;
  /** 4 random bytes that every share of one split bears. */
  readonly setId: Uint8Array;
  /** 8 bytes that name the root key. */
  readonly rootId: Uint8Array;
  /** 33 bytes: the share of each byte of the root, then the point at which the polynomials were taken. */
  readonly data: Uint8Array;
}

const version = 1;
const headBytes = 4;
const setIdBytes = 4;
const rootIdBytes = 8;
const dataBytes = 33;
const checksumBytes = 4;
const bodyBytes = headBytes + setIdBytes + rootIdBytes + dataBytes;
const groupCharacters = 5;
const groupsPerLine = 6;

/**
 * The share as text for paper or a file: lines after `#` for people, then 17 groups of 5 characters (Crockford's base 32, which
 * reads O as 0 and I and L as 1) of: version, threshold, shares, number (1 byte each), set id, root id, data, checksum.
 */
export function formatShare(share: RootShare): string {
  const { threshold, shares, number, setId, rootId, data } = share;
  const body = concatBytes(Uint8Array.of(version, threshold, shares, number), setId, rootId, data);
  const code = base32crockford.encode(concatBytes(body, checksum(body)));
  const groups = code.match(new RegExp(`.{1,${groupCharacters}}`, 'g')) ?? [];
  const lines: string[] = [];
  for (let at = 0; at < groups.length; at += groupsPerLine) lines.push(groups.slice(at, at + groupsPerLine).join(' '));
  return [
    `# Coffer: share ${number} of ${shares} of the root key ${toHex(rootId)}`,
    `# set ${toHex(setId)}; any ${threshold} shares of this set give the root key: coffer-admin root restore`,
    ...lines,
    '',
  ].join('\n');
}

/**
 * Reads what `formatShare` wrote; case, blanks, hyphens and lines after `#` do not matter.
 *
 * @param place - of the share among those that were given, from 1, for the message
 * @throws ShareError `share-damaged`
 */
export function parseShare(text: string, place: number): RootShare {
  const code = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('')
    .replaceAll(/[\s-]/g, '');
  const bytes = decode(code);
  const body = bytes?.subarray(0, bodyBytes);
  const isWhole = bytes?.length === bodyBytes + checksumBytes && body !== undefined && body[0] === version;
  if (!isWhole || !equalBytes(checksum(body), bytes.subarray(bodyBytes))) {
    throw new ShareError(
      'share-damaged',
      `Share ${place} of those given is mistyped, cut, or no share of a root key: its checksum does not hold. Compare it with its paper.`,
      { fields: { share: place } },
    );
  }
  const at = headBytes + setIdBytes;
  return {
    threshold: body[1]!,
    shares: body[2]!,
    number: body[3]!,
    setId: body.slice(headBytes, at),
    rootId: body.slice(at, at + rootIdBytes),
    data: body.slice(at + rootIdBytes),
  };
}

function decode(code: string): Uint8Array | undefined {
  try {
    return base32crockford.decode(code.toUpperCase());
  } catch {
    return undefined;
  }
}

function checksum(body: Uint8Array): Uint8Array {
  return sha256(concatBytes(sealerLabels.rootShare, body)).slice(0, checksumBytes);
}
