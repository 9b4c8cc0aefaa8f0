/** What became of one found object. */
export const CertificateOutcome = {
  /** Deleted by the worker; `deletedAtMs` says when. */
  deleted: 'deleted',
  /** It was gone when the worker came to delete it; both listings are without it. */
  alreadyGone: 'already-gone',
} as const;
export type CertificateOutcome = (typeof CertificateOutcome)[keyof typeof CertificateOutcome];

/** One object that is gone: exactly one version, revision, trash copy or rotated name. */
export interface CertificateObject {
  readonly provider: string;
  /** SHA-256(pathSalt || UTF-8 of the path), 32 bytes. */
  readonly pathHash: Uint8Array;
  /** 16 random bytes, one per object. */
  readonly pathSalt: Uint8Array;
  readonly sizeBytes: number;
  /** 32 bytes; null for what holds no bytes (a delete marker). */
  readonly sha256: Uint8Array | null;
  readonly version: string;
  readonly kind: string;
  readonly outcome: CertificateOutcome;
  /** Hash of the proof of restorability that the delete relied on; null where the person released it, or for a marker. */
  readonly proofHash: Uint8Array | null;
  readonly deletedAtMs: number | null;
  /** The provider's id of the delete request. */
  readonly requestId: string;
}

/** One listing after the deletes. */
export interface CertificateListing {
  readonly provider: string;
  readonly atMs: number;
  readonly requestId: string;
  /** Plaintext backups that it showed. */
  readonly found: number;
}

/** One object that is still there, and why: a certificate never claims more than was seen. */
export interface CertificateRetained {
  readonly provider: string;
  readonly pathHash: Uint8Array;
  readonly pathSalt: Uint8Array;
  readonly sizeBytes: number;
  readonly version: string;
  readonly kind: string;
  /** The state it stayed in, e.g. `locked-until`, `retained-elsewhere`, `quarantined`, `stopped`. */
  readonly reason: string;
  /** End of a lock, where the provider names one. */
  readonly untilMs: number | null;
}

/** The signed body of a deletion certificate (docs/wire.md, "Ledger"). */
export interface CertificateBody {
  readonly v: 1;
  /** 16 bytes. */
  readonly vaultId: Uint8Array;
  /** `hashAccount(vaultId, account)`, 32 bytes. */
  readonly accountHash: Uint8Array;
  /** UUIDv7. */
  readonly purgeId: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly objects: readonly CertificateObject[];
  readonly listings: readonly CertificateListing[];
  readonly retained: readonly CertificateRetained[];
}

/** What goes into a certificate file. */
export interface CertificateFileParts {
  /** The signed note of `signCertificate`. */
  readonly certificate: string;
  /** CBOR of the ledger event `certificate`. */
  readonly event: Uint8Array;
  /** 32 bytes. */
  readonly salt: Uint8Array;
  readonly leafIndex: number;
  readonly inclusion: readonly Uint8Array[];
  /** The checkpoint's note, under which the inclusion proof was made. */
  readonly checkpoint: string;
  /** Clear paths: those of `objects`, then those of `retained`, in their order. */
  readonly names: readonly string[];
}

/** What a certificate file was found to be. Everything that is not named unverified held. */
export interface CertificateReport {
  /** `unverified` where no certificate key was given: all else is consistent, but anyone could have made it. */
  readonly issuer: 'verified' | 'unverified';
  /** `unverified` where no ledger key was given. */
  readonly ledger: 'verified' | 'unverified';
  /** Name of the key in the certificate's signature line. */
  readonly issuerName: string;
  readonly body: CertificateBody;
  /** SHA-256 of the body's CBOR, which the ledger event carries. */
  readonly bodyHash: Uint8Array;
  /** One per object, in order. */
  readonly objectNames: readonly string[];
  /** One per retained copy, in order. */
  readonly retainedNames: readonly string[];
  /** When the ledger recorded it. */
  readonly recordedAtMs: number;
  /** Number of the event in the account's chain. */
  readonly eventNumber: number;
  readonly leafIndex: number;
  readonly treeSize: number;
}
