import { z } from 'zod';
import { base64UrlBetween, bytes32Text, count, countInQuery, hashText, tileSpanText } from './text-forms';

/** A signed checkpoint of the tree: a C2SP signed note, text/plain. */
export const checkpointNote = z.string().min(1).max(8192);

/** Path of `GET /v1/ledger/tile/{level}/{span}`: 256 hashes, or fewer in a partial tile (C2SP tlog-tiles). */
export const tileParams = z.strictObject({
  level: z.string().regex(/^(?:\d|[1-5]\d|6[0-3])$/, 'level from 0 to 63 expected'),
  span: tileSpanText,
});

/** Path of `GET /v1/ledger/tile/entries/{span}`: entries of 32 bytes, each behind its length as a big-endian uint16. */
export const entryBundleParams = z.strictObject({ span: tileSpanText });

/** Query of `GET /v1/ledger/consistency`: two tree sizes. */
export const consistencyQuery = z.strictObject({ from: countInQuery, to: countInQuery });

/** Answer to it: RFC 6962, section 2.1.2. */
export const consistencyProof = z.strictObject({ proof: z.array(hashText) }).meta({ id: 'ConsistencyProof' });

/** @see consistencyProof */
export type ConsistencyProof = z.infer<typeof consistencyProof>;

/** One event of the account's own chain. */
export const ledgerEvent = z
  .strictObject({
    number: z.int().min(1),
    /** Deterministic CBOR of the event. */
    event: base64UrlBetween(1, 16_384),
    salt: bytes32Text,
    mac: base64UrlBetween(16, 64).optional(),
    /** Where its leaf stands in the tree; null until the sequencer took it in. */
    leafIndex: count.nullable(),
  })
  .meta({ id: 'LedgerEvent' });

/** @see ledgerEvent */
export type LedgerEvent = z.infer<typeof ledgerEvent>;

/** Query of `GET /v1/ledger/events`: the number of the last event already known. */
export const ledgerEventsQuery = z.strictObject({ after: countInQuery.optional() });

/** Answer to it, oldest first; `nextCursor` goes into `after`. */
export const ledgerEventList = z
  .strictObject({ events: z.array(ledgerEvent), nextCursor: count.nullable() })
  .meta({ id: 'LedgerEventList' });

/** @see ledgerEventList */
export type LedgerEventList = z.infer<typeof ledgerEventList>;

/** Query of the inclusion proof: size of the tree that it is asked for. */
export const inclusionQuery = z.strictObject({ size: countInQuery });

/** Answer of `GET /v1/ledger/events/{number}/inclusion`: RFC 6962, section 2.1.1. */
export const inclusionProof = z
  .strictObject({ leafIndex: count, size: count, proof: z.array(hashText) })
  .meta({ id: 'InclusionProof' });

/** @see inclusionProof */
export type InclusionProof = z.infer<typeof inclusionProof>;
