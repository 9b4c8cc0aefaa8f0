import { ledgerEntry } from '@coffer/evidence';
import { concatBytes, equalBytes } from '@coffer/foundation';
import type { KeySealer, Sealed, SealingContext } from '../ports/key-sealer';
import type { AnchorEntry, AnchoredEntry } from './anchor';

/** Salt and event of one leaf, as they come back from an anchor. */
export interface AnchoredEvent {
  /** 32 bytes. */
  readonly salt: Uint8Array;
  /** Its CBOR. */
  readonly event: Uint8Array;
}

const saltBytes = 32;
const lengthBytes = 4;
/** Lengths are rounded up to this, so that they do not tell the kinds of events apart. */
const paddingBytes = 512;

function contextOf(leafIndex: number, entry: Uint8Array): SealingContext {
  return { account: 'vault', serial: 0, table: 'anchor', stateVersion: 2, facts: { leafIndex, entry } };
}

/**
 * Seals salt and event of a leaf for the anchors. Sealed under the epoch of the day: an anchor can never be made to forget, but
 * what it holds cannot be opened by anybody once the epoch's key is destroyed.
 *
 * @param anchored - undefined for an account that was erased: then only the entry goes out
 */
export async function sealAnchoredEvent(
  sealer: KeySealer,
  leafIndex: number,
  entry: Uint8Array,
  anchored: AnchoredEvent | undefined,
): Promise<AnchorEntry> {
  const { bytes, epoch } = await sealer.seal(pad(anchored), contextOf(leafIndex, entry));
  return { entry, sealedEvent: bytes, sealingEpoch: epoch };
}

/**
 * Opens what an anchor kept of a leaf, and holds it against the leaf's entry.
 *
 * @returns undefined where the account had been erased before it was anchored
 * @throws SealerError `unknown-epoch` where its epoch is gone, `does-not-open` where it was changed or is of another place
 */
export async function openAnchoredEvent(
  sealer: KeySealer,
  { leafIndex, entry, sealedEvent, sealingEpoch }: AnchoredEntry,
): Promise<AnchoredEvent | undefined> {
  const sealed: Sealed = { bytes: sealedEvent, epoch: sealingEpoch };
  const anchored = unpad(await sealer.open(sealed, contextOf(leafIndex, entry)));
  const isOurs = anchored !== undefined && equalBytes(ledgerEntry(anchored.salt, anchored.event), entry);
  return isOurs ? anchored : undefined;
}

function pad(anchored: AnchoredEvent | undefined): Uint8Array {
  const { salt, event } = anchored ?? { salt: new Uint8Array(saltBytes), event: new Uint8Array(0) };
  const length = new Uint8Array(lengthBytes);
  new DataView(length.buffer).setUint32(0, event.length);
  const used = saltBytes + lengthBytes + event.length;
  const padding = new Uint8Array(Math.ceil(used / paddingBytes) * paddingBytes - used);
  return concatBytes(salt, length, event, padding);
}

function unpad(bytes: Uint8Array): AnchoredEvent | undefined {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(saltBytes);
  const begin = saltBytes + lengthBytes;
  return length === 0 ? undefined : { salt: bytes.slice(0, saltBytes), event: bytes.slice(begin, begin + length) };
}
