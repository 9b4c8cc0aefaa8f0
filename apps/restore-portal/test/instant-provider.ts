import Provider from 'oidc-provider';

const audience = 'urn:coffer:vault';

/**
 * A real OpenID provider whose people are signed in as soon as they come: only what the portal does is under test.
 *
 * @param accessTokenSeconds - life of its access tokens
 */
export function createInstantProvider(issuer: string, portalUrl: string, accessTokenSeconds = 600): Provider {
  const provider: Provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'coffer-portal',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [`${portalUrl}/auth/callback`],
        post_logout_redirect_uris: [`${portalUrl}/`],
      },
    ],
    cookies: { keys: ['spec'] },
    claims: { openid: ['sub'], profile: ['name'] },
    conformIdTokenClaims: false,
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, name: 'Sam Okafor' }) }),
    issueRefreshToken: () => true,
    pkce: { required: () => true },
    ttl: {
      AccessToken: accessTokenSeconds,
      IdToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      RefreshToken: 600,
      Session: 600,
      Interaction: 60,
    },
    interactions: { url: (_, { uid }) => `/act/${uid}` },
    loadExistingGrant: async (context) => {
      const grant = new provider.Grant({ clientId: 'coffer-portal', accountId: context.oidc.session!.accountId! });
      grant.addOIDCScope('openid profile offline_access');
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          audience,
          scope: '',
          accessTokenFormat: 'jwt',
          accessTokenTTL: accessTokenSeconds,
        }),
        useGrantedResource: () => true,
      },
    },
  });
  provider.use(async (context, next) => {
    if (!context.path.startsWith('/act/')) return next();
    await provider.interactionFinished(context.req, context.res, { login: { accountId: 'sam' } });
    context.respond = false;
  });
  return provider;
}

/** Follows the provider's redirects as a browser would, up to the address of the portal that it leads to. */
export async function walkToPortal(location: string, portalUrl: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = new URL(location);
  for (let step = 0; step < 10; step++) {
    const cookie = Array.from(cookies, ([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
    await answer.body?.cancel();
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0]!.split('=') as [string, string];
      cookies.set(name, value);
    }
    url = new URL(answer.headers.get('location') ?? '', url);
    if (url.origin === portalUrl) return url;
  }
  throw new Error('the provider never came back');
}
