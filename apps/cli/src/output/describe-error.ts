import { CofferError } from '@coffer/foundation';
import { ExitCode, exitCodeFor } from './exit-codes';

/** An error as a person, or a program that reads JSON lines, gets it. */
export interface DescribedError {
  readonly code: string;
  readonly message: string;
  readonly exitCode: ExitCode;
  readonly fields?: Readonly<Record<string, string | number | boolean | null>>;
}

/** What the operating system says, in words that say what is safe and what to do. */
const systemErrors: Readonly<Record<string, readonly [code: string, say: (path: string) => string, exit: ExitCode]>> = {
  ENOENT: ['not-found', (path) => `There is no ${path}. Nothing was changed.`, ExitCode.other],
  EACCES: ['access-denied', (path) => `Access to ${path} is denied. Nothing was changed.`, ExitCode.other],
  EPERM: ['access-denied', (path) => `Access to ${path} is denied. Nothing was changed.`, ExitCode.other],
  EISDIR: ['is-a-folder', (path) => `${path} is a folder where a file is expected.`, ExitCode.usage],
  EEXIST: [
    'already-exists',
    (path) => `${path} is there already and is no folder. Nothing was changed; choose another name.`,
    ExitCode.refused,
  ],
  ENOTDIR: ['no-folder', (path) => `${path} is no folder.`, ExitCode.usage],
  ENOSPC: [
    'disk-full',
    (path) =>
      `The disk of ${path} is full. What was half-written was removed; free some space and run the same command again.`,
    ExitCode.other,
  ],
  EDQUOT: [
    'disk-full',
    (path) =>
      `The quota for ${path} is used up. What was half-written was removed; free some space and run the same command again.`,
    ExitCode.other,
  ],
  EFBIG: [
    'disk-full',
    (path) =>
      `The disk of ${path} cannot hold a file that large (a FAT file system ends at 4 GB). What was half-written was removed; ` +
      'choose another disk.',
    ExitCode.other,
  ],
  EROFS: ['read-only', (path) => `${path} lies on a read-only disk.`, ExitCode.other],
  EMFILE: [
    'too-many-files',
    () => 'Too many open files. Nothing was lost; run the same command again.',
    ExitCode.other,
  ],
  ECONNREFUSED: [
    'unreachable',
    () => 'The service does not answer. Nothing was lost; check the network and try again.',
    ExitCode.unreachable,
  ],
  ENOTFOUND: [
    'unreachable',
    () => "The service's name could not be found. Nothing was lost; check the network and try again.",
    ExitCode.unreachable,
  ],
};

/** What the vault's client says, for people: it names the call, they need to know what is safe and what to do. */
const vaultWords: Readonly<Record<string, string>> = {
  unreachable: 'The vault does not answer. Nothing was lost; check the network and run the same command again.',
  'timed-out': 'The vault did not answer in time. Nothing was lost; run the same command again.',
  unauthenticated: 'The vault does not take the sign-in of this device. Nothing was changed. Run: coffer login',
  'token-expired': 'The sign-in of this device has ended. Nothing was changed. Run: coffer login',
  'vault-sealed':
    'The vault has sealed itself: its records do not agree with each other. Backups are untouched; ask your operator.',
  'account-sealed':
    'The vault has sealed this account: its records do not agree with each other. The backup is untouched; ask your operator.',
};

/** Turns whatever was thrown into code, message and exit code. Never shows a stack; causes are for logs, not for terminals. */
export function describeError(error: unknown): DescribedError {
  if (error instanceof CofferError) {
    const { code, fields } = error;
    return {
      code,
      message: messageOf(error),
      exitCode: exitCodeFor(code),
      ...(Object.keys(fields).length > 0 ? { fields } : {}),
    };
  }
  const system = systemErrors[systemCode(error) ?? ''];
  if (system !== undefined) {
    const [code, say, exitCode] = system;
    return { code, message: say(pathOf(error)), exitCode };
  }
  const message = error instanceof Error ? error.message : 'an unknown fault';
  return { code: 'unexpected', message: `Something unexpected went wrong: ${message}`, exitCode: ExitCode.other };
}

function messageOf(error: CofferError): string {
  return (error.name === 'VaultClientError' ? vaultWords[error.code] : undefined) ?? error.message;
}

function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The path that the system named; the folder that was to be made where a file stands in its way. */
function pathOf(error: unknown): string {
  const path = typeof error === 'object' && error !== null && 'path' in error ? error.path : undefined;
  return typeof path === 'string' ? `"${path}"` : 'that file';
}
