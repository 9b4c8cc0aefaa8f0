/** An owner-signed act: the statement's CBOR, the Ed25519 signature over it (64 bytes), and the body whose hash it names. */
export interface SignedStatement {
  readonly statement: Uint8Array;
  readonly signature: Uint8Array;
  readonly body: Uint8Array;
}

/** The same in JSON: base64url without padding. */
export interface SignedStatementText {
  readonly statement: string;
  readonly signature: string;
  readonly body: string;
}
