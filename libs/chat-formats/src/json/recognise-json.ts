import { ChatFormatError } from '../errors';
import { chatType } from '../telegram/peer';
import type { ByteSource } from '../zip/zip-directory';
import { JsonScanner } from './json-scanner';
import { isJsonObject } from './parse-json';

/** How far into a document its kind is looked for. */
const lookBytes = 16 * 1024 * 1024;
const valueLimitBytes = 64 * 1024;

export type JsonFormat = 'telegram-export' | 'coffer-chats';

/** Which document with conversations this is, by its first members; undefined for any other, and for what is no JSON. */
export function recogniseJson(source: ByteSource): JsonFormat | undefined {
  const start: ByteSource = {
    sizeBytes: Math.min(source.sizeBytes, lookBytes),
    read: (offset, length) => source.read(offset, length),
  };
  try {
    return recognise(new JsonScanner(start, valueLimitBytes));
  } catch (error) {
    if (error instanceof ChatFormatError) return undefined;
    throw error;
  }
}

function recognise(scanner: JsonScanner): JsonFormat | undefined {
  let isChat = false;
  let isAccount = false;
  for (const name of scanner.members()) {
    if (name === 'coffer') {
      const head = scanner.value();
      return isJsonObject(head) && head['kind'] === 'chats' ? 'coffer-chats' : undefined;
    }
    if (name === 'type' && scanner.kind() === 'text') isChat = isTelegramType(scanner.value());
    else if (name === 'messages' && isChat && scanner.kind() === 'list') return 'telegram-export';
    else if (name === 'personal_information' && scanner.kind() === 'object') isAccount = true;
    else if ((name === 'chats' || name === 'left_chats') && scanner.kind() === 'object') {
      if (isTelegramList(scanner, isAccount)) return 'telegram-export';
    }
  }
  return undefined;
}

function isTelegramList(scanner: JsonScanner, isAccount: boolean): boolean {
  for (const name of scanner.members()) {
    if (name !== 'list' || scanner.kind() !== 'list') continue;
    if (isAccount) return true;
    for (const _ of scanner.elements()) {
      if (scanner.kind() !== 'object') return false;
      for (const field of scanner.members()) {
        if (field === 'type') return scanner.kind() === 'text' && isTelegramType(scanner.value());
      }
      return false;
    }
  }
  return false;
}

const isTelegramType = (type: unknown): boolean =>
  typeof type === 'string' && (chatType(type) !== undefined || /_(?:chat|group|supergroup|channel)$/.test(type));
