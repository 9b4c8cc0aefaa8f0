import type { Message } from '@coffer/chat-model';
import { describe, expect, it, vi } from 'vitest';
import { createMessagePages } from './message-pages';

const message = (index: number): Message => ({
  id: `m${index}`,
  senderId: null,
  isFromSelf: true,
  timeMs: index,
  kind: 'text',
});
const readAll = async (from: number, to: number): Promise<Message[]> =>
  Array.from({ length: to - from }, (_, at) => message(from + at));

describe('createMessagePages', () => {
  describe('want', () => {
    it('reads the newest page first, and each page once', async () => {
      const read = vi.fn(readAll);
      const pages = createMessagePages({ count: 250, read });
      pages.want(90, 249);
      pages.want(90, 249);
      expect(read.mock.calls.map(([from, to]) => [from, to])).toEqual([
        [200, 250],
        [100, 200],
        [0, 100],
      ]);
      await vi.waitFor(() => expect(pages.stateAt(0)).toBe('ready'));
      expect(pages.messageAt(249)?.id).toBe('m249');
      expect(pages.messageAt(250)).toBeUndefined();
    });

    it('forgets what was wanted longest ago when there are too many pages', async () => {
      const pages = createMessagePages({ count: 1000, read: readAll, pageSize: 10, keepPages: 3 });
      for (const at of [0, 10, 20, 30, 40]) {
        pages.want(at, at);
        await vi.waitFor(() => expect(pages.stateAt(at)).toBe('ready'));
      }
      expect([0, 10, 20, 30, 40].map(pages.stateAt)).toEqual(['absent', 'absent', 'ready', 'ready', 'ready']);
    });
  });

  describe('retry', () => {
    it('reads a page again when it has failed', async () => {
      const read = vi.fn(readAll).mockRejectedValueOnce(new Error('gone'));
      const pages = createMessagePages({ count: 5, read });
      pages.want(0, 4);
      await vi.waitFor(() => expect(pages.stateAt(0)).toBe('failed'));
      pages.retry(3);
      await vi.waitFor(() => expect(pages.messageAt(3)?.id).toBe('m3'));
    });

    it('calls a page failed when it has another number of messages than it should', async () => {
      const pages = createMessagePages({ count: 5, read: async () => [message(0)] });
      pages.want(0, 4);
      await vi.waitFor(() => expect(pages.stateAt(0)).toBe('failed'));
    });
  });

  describe('close', () => {
    it('aborts what is under way and tells nobody any more', async () => {
      const listener = vi.fn();
      let signal: AbortSignal | undefined;
      const pages = createMessagePages({
        count: 5,
        read: (_from, _to, given) => {
          signal = given;
          return new Promise((_resolve, reject) => given.addEventListener('abort', () => reject(new Error('aborted'))));
        },
      });
      pages.want(0, 4);
      pages.subscribe(listener);
      pages.close();
      await Promise.resolve();
      expect(signal?.aborted).toBe(true);
      expect(listener).not.toHaveBeenCalled();
    });
  });
});
