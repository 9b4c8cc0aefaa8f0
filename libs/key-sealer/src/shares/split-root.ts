import { combine, split } from 'shamir-secret-sharing';
import { randomBytes, wipe } from '@coffer/crypto';
import { equalBytes, toHex } from '@coffer/foundation';
import { formatShare, parseShare, type RootShare } from './root-share';
import { ShareError } from './share-error';

/** Any three of five shares give the root; two tell nothing of it (Shamir, GF(2^8)). */
export const rootSplit = { threshold: 3, shares: 5 } as const;

/**
 * @param root - 32 bytes
 * @param rootId - 8 bytes that name it
 * @returns the texts of the five shares, to be given to five people
 */
export async function splitRoot(root: Uint8Array, rootId: Uint8Array): Promise<readonly string[]> {
  const setId = randomBytes(4);
  const parts = await split(root, rootSplit.shares, rootSplit.threshold);
  return parts.map((data, index) => formatShare({ ...rootSplit, number: index + 1, setId, rootId, data }));
}

/**
 * @param texts - of at least three shares of one split, in any order
 * @param idOf - derives the id of a root key
 * @returns the root key, 32 bytes, which is the one that the shares name
 * @throws ShareError
 */
export async function combineShares(
  texts: readonly string[],
  idOf: (root: Uint8Array) => Uint8Array,
): Promise<{ readonly root: Uint8Array; readonly rootId: Uint8Array }> {
  const shares = texts.map((text, index) => parseShare(text, index + 1));
  const rootId = requireOneSet(shares);
  const root = await combine(shares.map(({ data }) => data));
  if (equalBytes(idOf(root), rootId)) return { root, rootId };
  wipe(root);
  throw new ShareError(
    'wrong-root',
    `These shares do not give the root key ${toHex(rootId)} that they name: at least one was forged. Try again with others of the set.`,
    { fields: { wanted: toHex(rootId) } },
  );
}

/** @returns the id of the root that all shares name */
function requireOneSet(shares: readonly RootShare[]): Uint8Array {
  const [first] = shares;
  if (first === undefined) throw missing(0, rootSplit.threshold);
  for (const [index, share] of shares.entries()) {
    const place = index + 1;
    if (!equalBytes(share.rootId, first.rootId)) throw mixed(place, `of the root key ${toHex(share.rootId)}`, first);
    if (!equalBytes(share.setId, first.setId)) throw mixed(place, `of the set ${toHex(share.setId)}`, first);
    const earlier = shares.findIndex(({ number }) => number === share.number);
    if (earlier !== index) {
      throw new ShareError(
        'share-repeated',
        `Shares ${earlier + 1} and ${place} of those given are both number ${share.number}.`,
        {
          fields: { share: place },
        },
      );
    }
  }
  if (shares.length < first.threshold) throw missing(shares.length, first.threshold);
  return first.rootId;
}

function mixed(place: number, what: string, first: RootShare): ShareError {
  return new ShareError(
    'shares-mixed',
    `Share ${place} of those given is ${what}, but the first is of the root key ${toHex(first.rootId)}, set ${toHex(first.setId)}. Shares of two splits do not go together.`,
    { fields: { share: place } },
  );
}

function missing(given: number, threshold: number): ShareError {
  return new ShareError(
    'shares-missing',
    `${given} shares were given; ${threshold} different ones of one set are needed.`,
  );
}
