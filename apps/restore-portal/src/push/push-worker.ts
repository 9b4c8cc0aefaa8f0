/** What the worker says where a message cannot be read. */
export interface PushWords {
  readonly title: string;
  readonly text: string;
}

interface PushScope {
  addEventListener(type: 'push', listener: (event: PushMessageEvent) => void): void;
  addEventListener(type: 'notificationclick', listener: (event: NotificationClick) => void): void;
  readonly registration: { showNotification(title: string, options: NotificationOptions): Promise<void> };
  readonly clients: { openWindow(url: string): Promise<unknown> };
}

interface PushMessageEvent {
  readonly data: { json(): unknown } | null;
  waitUntil(work: Promise<unknown>): void;
}

interface NotificationClick {
  readonly notification: { close(): void };
  waitUntil(work: Promise<unknown>): void;
}

/**
 * The whole of the service worker: it shows the messages of the vault (docs/notices.md), and nothing else. It answers for no
 * page, fetches nothing, keeps nothing, and follows no address that a message names.
 *
 * It reads nothing from outside itself: its text is what the browser gets (see {@link pushWorkerSource}).
 */
export function runPushWorker(words: PushWords): void {
  const scope = self as unknown as PushScope;
  const textOf = (value: unknown, most: number): string | null =>
    typeof value === 'string' && value !== '' ? value.slice(0, most) : null;
  const read = (data: PushMessageEvent['data']): Readonly<Record<string, unknown>> => {
    try {
      const message: unknown = data?.json();
      return typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : {};
    } catch {
      return {};
    }
  };
  scope.addEventListener('push', (event) => {
    const message = read(event.data);
    const id = textOf(message['noticeId'], 64);
    // A browser takes the permission away from a site whose messages show nothing.
    const shown = scope.registration.showNotification(textOf(message['title'], 200) ?? words.title, {
      body: textOf(message['text'], 1000) ?? words.text,
      requireInteraction: message['severity'] === 'urgent',
      // A message that comes twice stands there once.
      ...(id === null ? {} : { tag: id }),
    });
    event.waitUntil(shown);
  });
  scope.addEventListener('notificationclick', (event) => {
    event.notification.close();
    event.waitUntil(scope.clients.openWindow('/'));
  });
}

/** The script of the service worker. */
export function pushWorkerSource(words: PushWords): string {
  return `(${runPushWorker.toString()})(${JSON.stringify(words)});\n`;
}
