import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { pushWorkerSource } from './push-worker';

type Listener = (event: object) => void;

/** Runs the script as a browser does: nothing is there but what a service worker has. */
function start() {
  const listeners = new Map<string, Listener>();
  const shown: unknown[] = [];
  const opened: string[] = [];
  const self = {
    addEventListener: (type: string, listener: Listener) => listeners.set(type, listener),
    registration: {
      showNotification: async (title: string, options: object) => {
        shown.push([title, options]);
      },
    },
    clients: { openWindow: async (url: string) => opened.push(url) },
  };
  runInNewContext(pushWorkerSource({ title: 'News', text: 'Look' }), { self });
  const dispatch = async (type: string, event: object): Promise<void> => {
    const work: Promise<unknown>[] = [];
    listeners.get(type)?.({ ...event, waitUntil: (promise: Promise<unknown>) => work.push(promise) });
    expect(work).toHaveLength(1);
    await Promise.all(work);
  };
  const push = (message: unknown) => dispatch('push', { data: { json: () => message } });
  return { listeners, shown, opened, dispatch, push };
}

const message = {
  ...{ v: 1, noticeId: 'n', at: '2026-11-23T10:00:00.000Z', kind: 'guess', severity: 'urgent' },
  ...{ title: '9 password guesses without success', text: 'Somebody tries passwords.', url: 'https://evil.test/' },
};

describe('the service worker', () => {
  it('shows a message as text, once however often it comes', async () => {
    const { push, shown } = start();
    await push(message);
    expect(shown).toEqual([
      ['9 password guesses without success', { body: 'Somebody tries passwords.', requireInteraction: true, tag: 'n' }],
    ]);
  });

  it.each([null, 7, 'text', {}, { title: 1, text: [] }, []])(
    'says that there is news, and no more, where it is told %j',
    async (odd) => {
      const { push, shown } = start();
      await push(odd);
      expect(shown).toEqual([['News', { body: 'Look', requireInteraction: false }]]);
    },
  );

  it('says so too where the message is empty or no JSON', async () => {
    const { dispatch, shown } = start();
    await dispatch('push', { data: null });
    const json = () => JSON.parse('{');
    await dispatch('push', { data: { json } });
    expect(shown).toHaveLength(2);
  });

  it('opens the portal itself, whatever address a message names', async () => {
    const { push, dispatch, opened } = start();
    await push(message);
    let isClosed = false;
    await dispatch('notificationclick', { notification: { close: () => (isClosed = true) } });
    expect([opened, isClosed]).toEqual([['/'], true]);
  });

  it('listens to nothing else: no fetch, no message of a page', () => {
    expect([...start().listeners.keys()]).toEqual(['push', 'notificationclick']);
  });
});
