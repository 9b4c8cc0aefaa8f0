import type { BackupWarning } from '../../src/backup';

/** How a case is opened, as a person would be asked for it. */
export interface CaseKeys {
  /** WhatsApp's 64 digits. */
  readonly digits?: string;
  /** Name of a key file of WhatsApp beside the case's file. */
  readonly keyFile?: string;
  readonly recoveryKey?: string;
  /** UUID of the account. */
  readonly aci?: string;
  /** Lower-case hexadecimal. */
  readonly tokenHex?: string;
  /** 30 digits. */
  readonly passphrase?: string;
  readonly timeZone?: string;
}

/** `case.json`: what a folder of `cases` is. */
export interface Case {
  /** One sentence. */
  readonly what: string;
  /** Name of the file that is opened. */
  readonly file: string;
  readonly keys: CaseKeys;
  /** What a reader finds; the conversations stand in `chats.json`, where the content is chats. */
  readonly opens?: { readonly warnings: readonly BackupWarning['code'][]; readonly payloadSha256Hex: string };
  /** Why it refuses: a code of docs/cli.md. */
  readonly refused?: string;
}

/** How a case is made. */
export interface Recipe extends Omit<Case, 'opens'> {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** More files beside it, by name. */
  readonly beside?: Readonly<Record<string, Uint8Array>>;
  /** Codes of warnings; absent where it is refused. */
  readonly warnings?: readonly BackupWarning['code'][];
}

/** A copy with one bit the other way. @param at - from the end where it is negative */
export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = new Uint8Array(bytes);
  const place = at < 0 ? bytes.length + at : at;
  changed[place] = changed[place]! ^ 1;
  return changed;
}
