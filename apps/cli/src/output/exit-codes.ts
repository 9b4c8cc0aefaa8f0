/** Exit codes of `coffer`, a documented contract. */
export const ExitCode = {
  done: 0,
  other: 1,
  usage: 2,
  wrongKey: 3,
  damaged: 4,
  unreachable: 5,
  noGuesses: 6,
  unsupported: 7,
  refused: 8,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const codesOf: Readonly<Record<Exclude<ExitCode, 0 | 1>, readonly string[]>> = {
  [ExitCode.usage]: [
    'usage',
    'malformed-key',
    'malformed-digits',
    'invalid-digits',
    'invalid-password',
    'invalid-key',
    'key-required',
    'several-repositories',
    'invalid-url',
    'invalid-time-zone',
  ],
  [ExitCode.wrongKey]: ['wrong-key', 'wrong-password', 'wrong-guess', 'wrong-key-kind'],
  [ExitCode.damaged]: [
    'damaged',
    'damaged-checksum',
    'tampered',
    'truncated',
    'authentication-failed',
    'commitment-mismatch',
    'checksum-mismatch',
    'certificate-invalid',
    'ledger-broken',
    'proof-invalid',
    'invalid-encoding',
    'not-canonical',
    'invalid-length',
    'missing-object',
    'note-invalid',
    'statement-invalid',
    'chain-broken',
    'inclusion-invalid',
    'consistency-invalid',
  ],
  [ExitCode.unreachable]: [
    'unreachable',
    'store-unreachable',
    'service-unavailable',
    'network',
    'timeout',
    'vault-sealed',
    'anchor-behind',
    'offline',
  ],
  [ExitCode.noGuesses]: ['no-attempts-left', 'attempt-too-early', 'too-many-registrations', 'rate-limited'],
  [ExitCode.unsupported]: [
    'unsupported-format',
    'not-a-backup',
    'no-chats',
    'unsupported-version',
    'unknown-feature',
    'unsupported-feature',
    'unsupported',
  ],
  [ExitCode.refused]: [
    'refused',
    'already-exists',
    'too-large',
    'pinned',
    'account-owned',
    'server-key-mismatch',
    'head-behind',
    'rollback',
    'head-rolled-back',
    'target-exists',
    'unsafe-item',
    'busy',
    'locked-by-another-run',
    'deployment-changed',
    'fresh-login-required',
    'account-sealed',
    'wrong-owner-generation',
    'lossy',
    'location-refused',
  ],
};

const exitCodes = new Map(
  Object.entries(codesOf).flatMap(([exit, codes]) => codes.map((code) => [code, Number(exit) as ExitCode] as const)),
);

/** The exit code for a coded error of any lib; 1 for a code that has none of its own. */
export function exitCodeFor(code: string): ExitCode {
  return exitCodes.get(code) ?? ExitCode.other;
}
