import { isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import type { Clock } from '@coffer/foundation';
import { SealerError, type KnownKeys, type SealingKeys } from '@coffer/key-vault';
import { openKeyFileSealer } from './key-file-sealer';
import { readPrivateFile } from './key-files';
import { openPkcs11Sealer, type Pkcs11Options } from './pkcs11/pkcs11-sealer';

/** Which sealer a deployment has. */
export type SealerChoice =
  | { readonly kind: 'key-file'; readonly folder: string }
  | ({ readonly kind: 'pkcs11' } & Omit<Pkcs11Options, 'known' | 'leaseMs' | 'clock'>);

/** The variables that choose a sealer, for the `config.ts` of every program that has one (docs/configuration.md). */
export const sealerVariables = {
  COFFER_SEALER: z.enum(['key-file', 'pkcs11']).default('key-file'),
  COFFER_SEALING_KEYS: z.string().min(1).optional(),
  COFFER_PKCS11_MODULE: z.string().min(1).optional(),
  COFFER_PKCS11_TOKEN: z.string().min(1).max(32).optional(),
  COFFER_PKCS11_SLOT: z.coerce.number<string>().int().min(0).optional(),
  COFFER_PKCS11_PIN_FILE: z.string().min(1).optional(),
  COFFER_PKCS11_PIN: z.string().min(1).optional(),
  COFFER_PKCS11_MECHANISM: z.enum(['aes-gcm', 'hmac']).default('aes-gcm'),
  COFFER_PKCS11_LABEL: z
    .string()
    .regex(/^[a-z0-9-]{1,16}$/, 'at most 16 small letters, digits and hyphens expected')
    .default('coffer'),
  COFFER_PKCS11_SESSIONS: z.coerce.number<string>().int().min(1).max(64).default(4),
};

type SealerValues = z.infer<z.ZodObject<typeof sealerVariables>>;

/** Says which of the variables that belong together are missing; for `superRefine` of the object that has them. */
export function checkSealerVariables(
  values: SealerValues,
  context: { addIssue(issue: { readonly code: 'custom'; readonly path: string[]; readonly message: string }): void },
): void {
  if (values.COFFER_SEALER !== 'pkcs11') return;
  const need = (name: string, message: string): void => context.addIssue({ code: 'custom', path: [name], message });
  if (values.COFFER_PKCS11_MODULE === undefined) need('COFFER_PKCS11_MODULE', 'the path of the HSM’s library expected');
  if ((values.COFFER_PKCS11_TOKEN === undefined) === (values.COFFER_PKCS11_SLOT === undefined)) {
    need('COFFER_PKCS11_TOKEN', 'this or COFFER_PKCS11_SLOT expected, not both');
  }
  if ((values.COFFER_PKCS11_PIN_FILE === undefined) === (values.COFFER_PKCS11_PIN === undefined)) {
    need('COFFER_PKCS11_PIN_FILE', 'this or COFFER_PKCS11_PIN expected, not both');
  }
}

/**
 * The choice that the variables say. The PIN is never part of it as a value: it is read when the process logs in.
 *
 * @param home - absolute folder of the deployment's state, which holds the key files unless told otherwise
 */
export function sealerChoice(values: SealerValues, home: string): SealerChoice {
  const { COFFER_SEALING_KEYS: folder, COFFER_PKCS11_SLOT: slot, COFFER_PKCS11_PIN: pin } = values;
  if (values.COFFER_SEALER === 'key-file') {
    const inHome = folder ?? join(home, 'keys', 'sealing');
    return { kind: 'key-file', folder: isAbsolute(inHome) ? inHome : resolve(inHome) };
  }
  const pinFile = values.COFFER_PKCS11_PIN_FILE ?? '';
  return {
    kind: 'pkcs11',
    module: values.COFFER_PKCS11_MODULE ?? '',
    token: slot === undefined ? { label: values.COFFER_PKCS11_TOKEN ?? '' } : { slot },
    pin: pin === undefined ? () => readPin(pinFile) : async () => pin,
    mechanism: values.COFFER_PKCS11_MECHANISM,
    deployment: values.COFFER_PKCS11_LABEL,
    sessions: values.COFFER_PKCS11_SESSIONS,
  };
}

/**
 * Opens the chosen sealer.
 *
 * @param leaseMs - how long it seals without being told which epoch seals; for ever unless given
 * @throws SealerError
 */
export async function openSealer(
  choice: SealerChoice,
  known: KnownKeys | undefined,
  clock: Clock,
  leaseMs?: number,
): Promise<SealingKeys> {
  const options = { known, clock, ...(leaseMs === undefined ? {} : { leaseMs }) };
  return choice.kind === 'key-file'
    ? openKeyFileSealer({ ...choice, ...options })
    : openPkcs11Sealer({ ...choice, ...options });
}

/** @throws SealerError `token-refused` where there is no such file, `key-exposed` where others can read it */
async function readPin(file: string): Promise<string> {
  const path = resolve(file);
  const text = await readPrivateFile(path);
  if (text !== undefined) return text.replace(/\r?\n$/, '');
  throw new SealerError(
    'token-refused',
    `The file of the PIN, ${path}, is not there. Put it back, or correct COFFER_PKCS11_PIN_FILE.`,
  );
}
