import { EvidenceError } from '../errors';
import { LedgerEventKind, type LedgerEvent } from './ledger-event';

/**
 * Until when the owner's guess veto lasts by an account's events; null where there is none. A veto that is over stays where it
 * was until another one or a lift.
 *
 * @param events - of one account in order, as `verifyChain` gave them
 * @param from - the veto after the event before the first of `events`; none unless told
 * @throws EvidenceError `event-invalid` / `malformed` where an event of a veto does not say until when
 */
export function replayVeto(events: Iterable<LedgerEvent>, from: number | null = null): number | null {
  let untilMs = from;
  for (const { kind, details, number } of events) {
    if (kind === LedgerEventKind.vetoLifted) untilMs = null;
    if (kind !== LedgerEventKind.guessesVetoed) continue;
    const said = details['untilMs'];
    if (typeof said !== 'number') {
      throw new EvidenceError('event-invalid', 'malformed', `event ${number} does not say until when the veto lasts`, {
        fields: { number },
      });
    }
    untilMs = said;
  }
  return untilMs;
}
