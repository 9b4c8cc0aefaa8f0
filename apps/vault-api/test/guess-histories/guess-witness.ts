import { maximumGuesses, type LedgerEvent } from '@coffer/evidence';
import { expect } from 'vitest';
import type { AnchorJournal } from './anchor-journal';

/**
 * What is known of one account's guesses without believing the vault.
 *
 * - An **evaluation** is a KE2 that an API process sent in answer to `POST /v1/logins`: its bytes came through the socket, each
 *   evaluation gives other ones, and without it nobody has tried a password. (A KE2 that was stored and never left counts too,
 *   in `requireHonestBooks`.)
 * - A **proven success** is one that this account's own device can vouch for: the KE2 of that login authenticated under the
 *   right password, and the device sent the KE3 which only then can be computed. What the ledger calls proven otherwise is a
 *   guess that was given away.
 * - A **spent guess** is an event `guess` in the account's chain. One that nobody was answered for is allowed, a KE2 without
 *   one never, nor a KE2 that came before the anchor held that event: who rolls the database back would get the guess again.
 *
 * It asserts P3 twice: at once, by the order in which this process saw answers, and at the end by the order of the chain.
 */
export class GuessWitness {
  readonly #anchor: AnchorJournal;
  readonly #ke2s = new Map<string, string>();
  /** Events that the anchor held when a login's KE2 came. */
  readonly #anchored = new Map<string, number>();
  readonly #askedAt = new Map<string, number>();
  /** By login id or, of an activation, by serial: what became of each right KE3 that was sent, as far as it was told. */
  readonly #proofs = new Map<string | number, 'open' | 'proven' | 'refused'>();
  #moment = 0;
  #lastSuccess = 0;
  /** Proofs that are open. */
  #open = 0;
  #certain = 0;

  constructor(anchor: AnchorJournal) {
    this.#anchor = anchor;
  }

  /** Distinct KE2s that were answered. */
  get evaluations(): number {
    return this.#ke2s.size;
  }

  /** A first message is about to be sent. */
  asking(loginId: string): void {
    if (!this.#askedAt.has(loginId)) this.#askedAt.set(loginId, ++this.#moment);
  }

  /** A KE2 has come. One login has one, whoever asks how often, whichever process answers. */
  answered(loginId: string, ke2: string): void {
    const known = this.#ke2s.get(loginId);
    if (known !== undefined) {
      expect(ke2, 'one login was evaluated and answered twice').toBe(known);
      return;
    }
    this.#ke2s.set(loginId, ke2);
    this.#anchored.set(loginId, this.#anchor.size());
    // Certainly after the last success, and certainly before the next: it was asked for after the answer to the one, and no
    // right KE3 is under way.
    if (this.#open > 0 || this.#askedAt.get(loginId)! < this.#lastSuccess) return;
    expect(++this.#certain, 'KE2s since the last proven success').toBeLessThanOrEqual(maximumGuesses);
  }

  /**
   * A right KE3 is about to be sent. Until `told`, a success may happen at any moment.
   *
   * @param of - the login's id; of an activation, the serial of the record
   */
  proving(of: string | number): void {
    if (this.#proofs.has(of)) return;
    this.#proofs.set(of, 'open');
    this.#open++;
  }

  /** What became of it was answered. A device that never learns it leaves the account to the chain's order alone. */
  told(of: string | number, isProven: boolean): void {
    const known = this.#proofs.get(of);
    // The identical KE3 again, of a success that is known: not a second one.
    if (known === 'proven') return;
    this.#proofs.set(of, isProven ? 'proven' : 'refused');
    if (known === 'open') this.#open--;
    if (!isProven) return;
    this.#lastSuccess = ++this.#moment;
    this.#certain = 0;
  }

  /**
   * Holds the account's whole chain against what was seen: each evaluation has its one spent guess, each success is vouched for,
   * and between two of them at most ten guesses were spent.
   *
   * @param leaves - where each event stands in the tree
   * @param stored - logins whose KE2 the database holds, answered or not
   */
  requireHonest(events: readonly LedgerEvent[], leaves: readonly number[], stored: readonly string[]): void {
    const spent = new Set<string>();
    let since = 0;
    for (const [at, { kind, details }] of events.entries()) {
      if (kind === 'guess') {
        const loginId = details['loginId'] as string;
        expect(spent, 'a login was counted twice').not.toContain(loginId);
        spent.add(loginId);
        const anchored = this.#anchored.get(loginId);
        if (anchored !== undefined) expect(leaves[at], 'a KE2 before its guess was anchored').toBeLessThan(anchored);
        expect(++since, 'guesses since the last proven success').toBeLessThanOrEqual(maximumGuesses);
      } else if (kind === 'proven') {
        expect(this.#proofs.has(details['loginId'] as string), 'a success that no device had').toBe(true);
        since = 0;
      } else if (kind === 'keyslot-proven') {
        expect(this.#proofs.has(Number(details['serial'])), 'an activation that no device had').toBe(true);
        since = 0;
      }
    }
    for (const loginId of [...this.#ke2s.keys(), ...stored]) {
      expect(spent, 'a KE2 without a spent guess').toContain(loginId);
    }
  }

  /** An earlier dump was put back: what it had not sequenced stands elsewhere in the tree from now on. */
  forgetLeaves(): void {
    this.#anchored.clear();
  }
}
