import { createHash } from 'node:crypto';
import { jsonDocument } from '@coffer/chat-model';
import type { OpenedBackup } from '../../src/backup';
import { ChatFormatError } from '../../src/errors';
import {
  parseAci,
  parseBackupKeyDigits,
  parseRecoveryKey,
  parseSignalPassphrase,
  readForwardSecrecyToken,
  readWhatsAppKeyFile,
} from '../../src/index';
import type { OpenOptions } from '../../src/open-options';
import type { Case, CaseKeys } from './case';

/** What came of a case. */
export interface Outcome extends Pick<Case, 'opens' | 'refused'> {
  /** The conversations as Coffer's JSON; absent where the content is none. */
  readonly chats?: unknown;
}

/** @param fileOf - a file of the case by its name */
export function optionsOf(keys: CaseKeys, fileOf: (name: string) => Uint8Array): OpenOptions {
  const { digits, keyFile, recoveryKey, aci, tokenHex, passphrase, timeZone } = keys;
  const token = tokenHex === undefined ? {} : { token: readForwardSecrecyToken(Buffer.from(tokenHex, 'hex')) };
  return {
    ...(digits === undefined ? {} : { key: parseBackupKeyDigits(digits) }),
    ...(keyFile === undefined ? {} : readWhatsAppKeyFile(fileOf(keyFile))),
    ...(recoveryKey === undefined || aci === undefined
      ? {}
      : { signalKeys: { recoveryKey: parseRecoveryKey(recoveryKey), aci: parseAci(aci), ...token } }),
    ...(passphrase === undefined ? {} : { signalPassphrase: parseSignalPassphrase(passphrase) }),
    ...(timeZone === undefined ? {} : { timeZone }),
  };
}

/** What a reader finds, or why it refuses. */
export async function outcomeOf(open: () => Promise<OpenedBackup>): Promise<Outcome> {
  try {
    const opened = await open();
    try {
      return await found(opened);
    } finally {
      opened.close();
    }
  } catch (error) {
    if (!(error instanceof ChatFormatError)) throw error;
    return { refused: error.code };
  }
}

async function found(opened: OpenedBackup): Promise<Outcome> {
  const hash = createHash('sha256');
  for await (const piece of opened.payload.chunks()) hash.update(piece);
  const chats = await chatsOf(opened);
  const warnings = opened.warnings.map(({ code }) => code);
  return { opens: { warnings, payloadSha256Hex: hash.digest('hex') }, ...(chats === undefined ? {} : { chats }) };
}

/** A backup of settings, or of what changed, has no conversations. */
async function chatsOf(opened: OpenedBackup): Promise<unknown> {
  try {
    return JSON.parse([...jsonDocument(await opened.chats())].join('')) as unknown;
  } catch (error) {
    if (error instanceof ChatFormatError && ['no-chats', 'unsupported-format'].includes(error.code)) return undefined;
    throw error;
  }
}
