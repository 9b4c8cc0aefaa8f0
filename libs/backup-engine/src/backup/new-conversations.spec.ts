import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import { NewConversations, readNewConversations, type NewConversation } from './new-conversations';

const conversation = (number: number, segments: number): NewConversation => ({
  conversationBytes: seed(`conversation ${number}`, 1 + number * 40),
  segments: Array.from({ length: segments }, (_, at) => ({
    messages: 500 - at,
    firstMs: at === 0 ? null : 1_700_000_000_000 + at,
    lastMs: at === 1 ? null : 5 - at,
    partIds: seed(`parts ${number} ${at}`, 32 * (1 + at)),
  })),
});

describe('NewConversations', () => {
  it('gives back what was added, as often as somebody reads it', () => {
    const all = [conversation(0, 3), conversation(1, 0), conversation(4, 1), conversation(2, 2)];
    const kept = new NewConversations();
    for (const each of all) kept.add(each);
    expect(kept.count).toBe(4);
    const bytes = kept.take();
    expect([...readNewConversations(bytes)]).toEqual(all);
    expect([...readNewConversations(bytes)]).toEqual(all);
  });

  it('is nothing where nothing was added', () => {
    expect([...readNewConversations(new NewConversations().take())]).toEqual([]);
  });
});
