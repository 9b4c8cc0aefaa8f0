import type { GrantPermission } from '@coffer/contracts';
import {
  concatBytes,
  decodeCbor,
  encodeCbor,
  EncodingError,
  equalBytes,
  fromBase64Url,
  toBase64Url,
} from '@coffer/foundation';
import type { KeySealer, SealingContext } from '@coffer/key-vault';

/** What a storage grant says: who may do what, where, and until when. */
export interface GrantFacts {
  readonly account: string;
  /** 16 bytes. */
  readonly repositoryId: Uint8Array;
  readonly permission: GrantPermission;
  readonly expiresAtMs: number;
  /** Owner generation of the account when it was given; void once the owner key changes. */
  readonly ownerGeneration: number;
}

const macBytes = 32;

/** Grants are nowhere stored: any process of the vault knows its own by the mac. */
function macContext(account: string): SealingContext {
  return { account, serial: 0, table: 'storage_grants', stateVersion: 1 };
}

/** The text of a grant: base64url of its facts' CBOR and the KeySealer's mac over it. */
export async function makeGrant(sealer: KeySealer, facts: GrantFacts): Promise<string> {
  const encoded = encodeCbor({ v: 1, ...facts });
  return toBase64Url(concatBytes(encoded, await sealer.mac(encoded, macContext(facts.account))));
}

/**
 * Reads a grant that this vault gave to `account`.
 *
 * @returns undefined where it did not; whether it has expired is for the caller
 */
export async function openGrant(sealer: KeySealer, account: string, text: string): Promise<GrantFacts | undefined> {
  const bytes = decodeText(text);
  if (bytes === undefined || bytes.length <= macBytes) return undefined;
  const encoded = bytes.subarray(0, -macBytes);
  const mac = await sealer.mac(encoded, macContext(account));
  if (!equalBytes(mac, bytes.subarray(-macBytes))) return undefined;
  // The mac is the vault's own, so these are the facts that it wrote.
  const facts = decodeCbor(encoded) as unknown as GrantFacts;
  return facts.account === account ? facts : undefined;
}

function decodeText(text: string): Uint8Array | undefined {
  try {
    return fromBase64Url(text);
  } catch (error) {
    if (error instanceof EncodingError) return undefined;
    throw error;
  }
}
