/** A public key that signs notes (C2SP signed-note, Ed25519). */
export interface NoteVerifier {
  readonly name: string;
  /** First 4 bytes of SHA-256(name || 0x0a || 0x01 || public key). */
  readonly keyHash: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** A key that signs notes. */
export interface NoteSigner {
  readonly name: string;
  /** Ed25519 seed, 32 bytes. */
  readonly secret: Uint8Array;
}

/** A note with at least one signature that held. */
export interface OpenedNote {
  /** Ends with a newline. */
  readonly text: string;
  /** The verifiers whose signatures held. */
  readonly verifiedBy: readonly NoteVerifier[];
  /** How many signature lines the note has, of known and unknown keys. */
  readonly signatureCount: number;
}
