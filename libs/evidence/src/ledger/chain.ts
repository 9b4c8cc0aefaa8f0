import { equalBytes } from '@coffer/foundation';

import { EvidenceError, type EvidenceReason } from '../errors';
import { chainStart, decodeLedgerEvent, hashLedgerEvent, type ChainPosition, type LedgerEvent } from './ledger-event';

/** A chain of events that held. */
export interface VerifiedChain {
  readonly events: readonly LedgerEvent[];
  /** Where the next event goes on. */
  readonly position: ChainPosition;
}

/** What the verifier of a chain knows by itself. */
export interface ExpectedChain {
  /** The account that all events must be of. */
  readonly account: string;
  /** Where the verifier stopped the last time; from the first event on unless told. */
  readonly from?: ChainPosition;
}

/**
 * Verifies one account's events, in order: each decodes, is of that account, has the next number, and names the hash of the
 * one before. What was removed, changed, inserted or put in another order shows.
 *
 * @param encodedEvents - the CBOR of each event as it was recorded
 * @throws EvidenceError `event-invalid` / `malformed`; `chain-broken` / `wrong-account`, `wrong-number`,
 *   `wrong-previous-hash`, with `fields.number` = the number that was due
 */
export function verifyChain(encodedEvents: Iterable<Uint8Array>, expected: ExpectedChain): VerifiedChain {
  let position = expected.from ?? chainStart;
  const events: LedgerEvent[] = [];
  for (const encoded of encodedEvents) {
    const event = decodeLedgerEvent(encoded);
    const due = position.number + 1;
    if (event.account !== expected.account) throw broken('wrong-account', due);
    if (event.number !== due) throw broken('wrong-number', due);
    if (!equalBytes(event.previousHash, position.hash)) throw broken('wrong-previous-hash', due);
    events.push(event);
    position = { number: event.number, hash: hashLedgerEvent(encoded) };
  }
  return { events, position };
}

function broken(reason: EvidenceReason, number: number): EvidenceError {
  return new EvidenceError('chain-broken', reason, `the ledger's chain does not hold at event ${number}`, {
    fields: { number },
  });
}
