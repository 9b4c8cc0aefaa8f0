import type { HeldKeySources } from '../../vault/held-key';

/** What `coffer keyslots rotate` is asked. */
export interface RotationRequest extends HeldKeySources {
  readonly home: string;
  /** `vault:`, or where a repository without a vault is. */
  readonly store: string;
  /** `--repository`: which one of a store without a vault. */
  readonly repository?: string;
  readonly digits: boolean;
  readonly password: boolean;
  readonly keyOut?: string;
  readonly passwordFile?: string;
  /** COFFER_PASSWORD: the password of the new key. */
  readonly environmentPassword: string | undefined;
  /** The person agrees that the former key and its keyslots open nothing any more. */
  readonly yes: boolean;
  /** COFFER_FAILPOINT; tests only. */
  readonly failpoint: string | undefined;
}

/** Steps between which a run may die; tests kill it there. */
export type CliRotationStep =
  'key-kept' | 'repositories-prepared' | 'keyslots-proven' | 'rotated' | 'next-key-kept' | 'former-key-removed';

/** What to do at a step: nothing, or to die there as a power cut would. */
export function atStep({ failpoint }: RotationRequest): (step: CliRotationStep) => void {
  return (step) => {
    if (step === failpoint) process.kill(process.pid, 'SIGKILL');
  };
}
