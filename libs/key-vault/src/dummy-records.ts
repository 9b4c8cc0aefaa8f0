import { utf8 } from '@coffer/foundation';
import { decodePasswordRecord, type PasswordRecord } from './password-record';
import type { KeySealer, Sealed, SealingContext } from './ports/key-sealer';
import { secretContext } from './vault-identity';

/** Serial (1 to 2^53-1, as a real one) and salt (32 bytes) of an account without a record. */
export interface DummyIdentity {
  readonly serial: number;
  readonly salt: Uint8Array;
}

/**
 * What accounts without a password record answer guesses with: one stored record, and a serial and salt that follow from the
 * account by a keyed hash, the same every time and never stored (docs/protocol.md, "Recovery", 8).
 */
export class DummyRecords {
  readonly #sealer: KeySealer;
  readonly #record: { readonly sealed: Sealed };

  /** @param record - asked for what is in force whenever it is opened */
  constructor(sealer: KeySealer, record: { readonly sealed: Sealed }) {
    this.#sealer = sealer;
    this.#record = record;
  }

  /** Computed for every guess, also under a real record, so that its cost tells nothing. */
  async of(account: string): Promise<DummyIdentity> {
    const serialMac = await this.#sealer.mac(utf8(account), context(account, 'serial'));
    const drawn = new DataView(serialMac.buffer, serialMac.byteOffset).getBigUint64(0) & 0x1f_ffff_ffff_ffffn;
    const salt = await this.#sealer.mac(utf8(account), context(account, 'salt'));
    return { serial: drawn === 0n ? 1 : Number(drawn), salt };
  }

  /** The record under an account's own salt. It is opened anew each time, which costs what opening a real one costs. */
  async record({ salt }: DummyIdentity): Promise<PasswordRecord> {
    const record = decodePasswordRecord(await this.#sealer.open(this.#record.sealed, secretContext('dummy-record')));
    return { ...record, salt };
  }
}

function context(account: string, what: string): SealingContext {
  return { account, serial: 0, table: 'dummy', stateVersion: 1, facts: { what } };
}
