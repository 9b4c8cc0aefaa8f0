interface PolicyFactory {
  readonly defaultPolicy: object | null;
  createPolicy(name: 'default', rules: { readonly createScriptURL: (text: string) => string | null }): void;
}

/**
 * Makes the page's only Trusted Types policy: addresses of this app's own chunks may become scripts, and nothing else may
 * become script, markup or code. Does nothing where there is a policy, or where a browser knows none.
 *
 * It reads nothing from outside itself: its text is also the first script of the page's head (see the layout).
 */
export function makeTrustedTypesPolicy(): void {
  const factory = (self as unknown as { readonly trustedTypes?: PolicyFactory }).trustedTypes;
  if (factory === undefined || factory.defaultPolicy !== null) return;
  factory.createPolicy('default', {
    createScriptURL: (text) => {
      const url = new URL(text, location.href);
      return url.origin === location.origin && url.pathname.startsWith('/_next/static/') ? text : null;
    },
  });
}
