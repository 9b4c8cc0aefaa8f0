import { messagesBetween, type ConversationSource, type Message } from '@coffer/chat-model';
import { expect } from 'vitest';

/** Parts of a conversation are what the whole of it has there: its ends, its middle, beyond the size of a page, and past its end. */
export function expectParts(conversation: ConversationSource, all: readonly Message[]): void {
  expect(conversation.between).toBeDefined();
  const [count, middle] = [all.length, Math.floor(all.length / 2)];
  const parts = [
    [0, 1],
    [Math.max(0, count - 1), count],
    [middle, middle + 2],
    [1, count],
    [count, count + 5],
    [middle, middle],
  ] as const;
  for (const [from, to] of parts) expect([...messagesBetween(conversation, from, to)]).toEqual(all.slice(from, to));
}
