interface PolicyFactory {
  readonly defaultPolicy: object | null;
  createPolicy(name: 'default', rules: { readonly createScriptURL: (text: string) => string | null }): void;
}

/**
 * Makes the page's only Trusted Types policy: addresses of this app's own chunks, of the device and of the worker that shows messages may become scripts, and
 * nothing else may become script, markup or code. Does nothing where there is a policy, or where a browser knows none.
 *
 * It reads nothing from outside itself: its text is also the first script of the page's head (see the layout). There it runs
 * before any chunk that is loaded later; the call in instrumentation-client.ts is for a chunk from the cache that is faster.
 */
export function makeTrustedTypesPolicy(): void {
  const factory = (self as unknown as { readonly trustedTypes?: PolicyFactory }).trustedTypes;
  if (factory === undefined || factory.defaultPolicy !== null) return;
  factory.createPolicy('default', {
    createScriptURL: (text) => {
      const url = new URL(text, location.href);
      const isOwn =
        url.pathname.startsWith('/_next/static/') || ['/device/worker.js', '/push/worker.js'].includes(url.pathname);
      return isOwn && url.origin === location.origin ? text : null;
    },
  });
}
