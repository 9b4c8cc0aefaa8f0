import type { Ke1, Ke3, OpaqueIdentities, RegistrationRecord, RegistrationRequest } from '@coffer/crypto';

/** The server half of OPAQUE under the vault's set-up. One thread now; a pool of workers fits behind it. */
export interface OpaqueServer {
  /** 32 bytes; devices pin it. */
  readonly publicKey: Uint8Array;
  /** @returns 64 bytes */
  evaluateRegistration(salt: Uint8Array, request: RegistrationRequest): Promise<Uint8Array>;
  /** The guess. @returns KE2 of 320 bytes and the state, which equals a valid KE3 */
  startLogin(input: {
    readonly salt: Uint8Array;
    readonly record: RegistrationRecord;
    readonly ke1: Ke1;
    readonly identities: OpaqueIdentities;
  }): Promise<{ readonly ke2: Uint8Array; readonly state: Uint8Array }>;
  /** Whether KE3 is the one that the state expects. */
  finishLogin(state: Uint8Array, ke3: Ke3): Promise<boolean>;
}
