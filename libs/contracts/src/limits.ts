/** What the wire allows at most. The vault refuses more; devices do not try. */
export const limits = {
  /** Body of one repository object, bytes. */
  objectBytes: 32 * 1024 * 1024,
  /** JSON body of any route but those below, bytes. */
  jsonBytes: 64 * 1024,
  /** JSON body of `POST /v1/proofs`, of deletions and of one page of a listing, bytes. */
  largeJsonBytes: 16 * 1024 * 1024,
  /** A statement in the header `Coffer-Statement`, characters. */
  statementHeaderCharacters: 6 * 1024,
  /** Paths named by one `delete-objects` statement. */
  deletionPaths: 1000,
  /** Entries of one page of a listing. */
  pageEntries: 200,
  /** Guesses between two proven successes. */
  guesses: 10,
  /** Longest guess veto, seconds: 72 hours, renewable. */
  guessVetoSeconds: 72 * 60 * 60,
  /** Registrations an account may open in 24 hours. */
  registrationsPerDay: 5,
  /** Confirming KE1s that one registration evaluates. */
  registrationConfirmations: 3,
  /** How old `auth_time` may be where a fresh login is asked for, seconds. */
  freshLoginSeconds: 5 * 60,
  /** Life of a challenge, seconds. */
  challengeSeconds: 5 * 60,
  /** Life of the nonce of a proof of restorability, seconds. */
  proofNonceSeconds: 24 * 60 * 60,
  /** Life of a storage grant, seconds. */
  grantSeconds: 15 * 60,
  /** Life of a login, seconds: within it the same loginId and KE1 are resumed without a second guess. */
  loginSeconds: 120,
  /** Life of a pending registration, seconds. */
  registrationSeconds: 15 * 60,
  /** Channels of one kind that an account may have, those that wait for a confirmation among them. */
  noticeChannels: 5,
  /** E-mail addresses that an account may name in 24 hours. */
  emailsPerDay: 5,
  /** How long an address waits to be confirmed, seconds. */
  addressConfirmationSeconds: 60 * 60,
  /** Codes that may be tried for one address. */
  addressCodes: 5,
  /** Fewest guesses that must be left for a check to ask for the password. */
  guessesForCheck: 6,
  /** Failed checks in a row after which a device that holds the key offers a new keyslot. */
  failedChecksUntilOffer: 3,
  /** URL of a push subscription, characters. */
  pushEndpointCharacters: 2048,
  /** Clock skew that is forgiven in tokens, seconds. */
  clockSkewSeconds: 5 * 60,
} as const;
