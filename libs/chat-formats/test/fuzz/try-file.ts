import { readdirSync } from 'node:fs';
import { ChatModelError, conversationFromJson, messageFromJson, type ChatSource } from '@coffer/chat-model';
import { CofferError } from '@coffer/foundation';
import type { OpenedBackup } from '../../src/index';

/** Opens one file with one half of the lib. */
export type Opener = (bytes: Uint8Array) => Promise<OpenedBackup | undefined>;

/** Processor time that a file may take, in seconds: issue 5. */
export const secondsLimit = 5;

/** What came of a file: `opened`, or the code of the error. */
export interface Trial {
  readonly verdict: string;
  readonly messages: number;
  readonly cpuSeconds: number;
}

/**
 * Opens a file, reads all that is in it, and closes it.
 *
 * @param quietFolder - where temporary files would be: empty before and after
 * @throws Error whatever is no CofferError, messages that the model does not allow, files left behind, and too much time
 */
export async function tryFile(open: Opener, bytes: Uint8Array, quietFolder: string): Promise<Trial> {
  const began = process.cpuUsage();
  let messages = 0;
  let verdict = 'opened';
  try {
    const opened = await open(bytes);
    if (opened !== undefined) messages = await readAll(opened);
  } catch (error) {
    // what a reader gives must fit the model: only a document that breaks its rules is refused, by its reader
    if (!(error instanceof CofferError) || error instanceof ChatModelError) throw error;
    verdict = error.code;
  }
  const { user, system } = process.cpuUsage(began);
  const cpuSeconds = (user + system) / 1e6;
  if (cpuSeconds > secondsLimit) throw new Error(`it took ${cpuSeconds} s of processor time`);
  const left = readdirSync(quietFolder);
  if (left.length > 0) throw new Error(`it left files behind: ${left.join(', ')}`);
  return { verdict, messages, cpuSeconds };
}

async function readAll(opened: OpenedBackup): Promise<number> {
  try {
    const messages = readSource(await opened.chats());
    for await (const _ of opened.payload.chunks());
    return messages;
  } finally {
    opened.close();
  }
}

/** Reads every message, the last of each conversation by its place too, and holds it against the rules of the model. */
function readSource(source: ChatSource): number {
  let count = 0;
  for (const { conversation, messages, messageCount, between } of source.conversations()) {
    conversationFromJson(JSON.parse(JSON.stringify(conversation)));
    for (const message of messages()) {
      messageFromJson(JSON.parse(JSON.stringify(message)));
      count++;
    }
    if (between !== undefined) for (const _ of between(messageCount - 1, messageCount));
  }
  return count;
}
