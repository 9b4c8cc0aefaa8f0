/** A place where an account's plaintext backups may lie. */
export interface PurgeLocation {
  /** Name of the connector. */
  readonly provider: string;
  /** As that connector understands it. */
  readonly location: string;
}

/** One listing, as the certificate tells it. */
export interface PurgeListing extends PurgeLocation {
  readonly atMs: number;
  /** The provider's id of the (last) request. */
  readonly requestId: string;
  /** Copies of plaintext backups that it showed, those included that are known to stay. */
  readonly found: number;
}

/** What the worker knows about an account's purge beside its objects. Only the worker writes it. */
export interface PurgeJob {
  /** UUIDv7 of the round that runs, and of the certificate that will end it. */
  readonly purgeId: string;
  readonly accountId: string;
  readonly locations: readonly PurgeLocation[];
  /** First listing of this round. */
  readonly startedAtMs: number | null;
  /** Last listing of all locations. */
  readonly scannedAtMs: number | null;
  /** The start or resume after which the locations were listed last; null: none was given then. */
  readonly scannedForStartMs: number | null;
  /** Not before this instant, after a listing that failed. */
  readonly nextScanAtMs: number | null;
  /** Listings in a row that failed. */
  readonly attempts: number;
  /** Until when the weekly look goes on. */
  readonly rescanUntilMs: number | null;
  /** The listings after the deletes of this round. */
  readonly listings: readonly PurgeListing[];
}

/** What the person agreed to. The vault writes it; the worker reads it. */
export interface PurgeMandate {
  /** When consent was given in a fresh login; null: never, or withdrawn. */
  readonly consentAtMs: number | null;
  /** The last owner-signed start or resume, verified by the vault. */
  readonly start: {
    readonly atMs: number;
    /** Owner generation that signed it. */
    readonly ownerGeneration: number;
    /** The person's own wish for a longer grace; null: the deployment's. */
    readonly graceSeconds: number | null;
  } | null;
  /** When it was stopped; a resume clears it. */
  readonly stoppedAtMs: number | null;
}

/** Where an account stands with its keys and its purge, read again before every delete. */
export interface AccountStanding {
  readonly mandate: PurgeMandate;
  /** 0: nobody claimed the account yet. */
  readonly ownerGeneration: number;
  /** Current key id, 16 lower-case hexadecimal digits; null in generation 0. */
  readonly keyIdHex: string | null;
  /** When the current owner key was bound. */
  readonly ownerKeyBoundAtMs: number | null;
  /** Keyslots that were proven and are neither removed nor shredded. */
  readonly provenKeyslots: number;
  readonly isNewStartPending: boolean;
  /** Sealed by the vault (budget and chain disagree), or being deleted. */
  readonly isSealed: boolean;
  /** The last shred, change of key or new start; a start from before it is void. */
  readonly lastKeyEventAtMs: number | null;
}
