import type { ClientMetadata } from 'oidc-provider';

import type { IdentityOptions } from './config';

/** Client ids of the three programs that sign people in. */
export const clientIds = { cli: 'coffer-cli', portal: 'coffer-portal', dashboard: 'coffer-dashboard' } as const;

/** Where portal and dashboard take the authorization response. */
export const callbackPath = '/auth/callback';

/** The clients: a device without a browser, and two web servers. */
export function clientsOf(options: IdentityOptions): ClientMetadata[] {
  return [
    {
      client_id: clientIds.cli,
      client_name: 'Coffer command line',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      redirect_uris: [],
      response_types: [],
    },
    webClient(clientIds.portal, 'Coffer portal', options.portalUrl, options.portalClientSecret),
    webClient(clientIds.dashboard, 'Coffer operations', options.dashboardUrl, options.dashboardClientSecret),
  ];
}

function webClient(id: string, name: string, origin: string, secret: string | undefined): ClientMetadata {
  return {
    client_id: id,
    client_name: name,
    application_type: 'web',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: [`${origin}${callbackPath}`],
    post_logout_redirect_uris: [`${origin}/`],
    ...(secret === undefined
      ? { token_endpoint_auth_method: 'none' }
      : { token_endpoint_auth_method: 'client_secret_basic', client_secret: secret }),
  };
}
