import Provider, { errors, interactionPolicy, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';

import { accountOf, rolesClaim } from './accounts';
import { clientsOf } from './clients';
import type { IdentityOptions } from './config';
import { confirmDevicePage, deviceApprovedPage, userCodePage, type DeviceForm } from './pages/device-pages';
import { errorPage, signedOutPage, signOutPage } from './pages/message-pages';
import type { SigningKeys } from './signing-keys';
import type { StateStore } from './state-store';

/** Scope of the vault API's access tokens. */
export const vaultScope = 'vault';

const minute = 60;
const day = 24 * 60 * minute;

/** The OpenID provider with the demo's accounts, clients and pages. */
export function createProvider(
  issuer: string,
  options: IdentityOptions,
  keys: SigningKeys,
  state: StateStore,
): Provider {
  const provider = new Provider(issuer, { adapter: state.adapterOf, ...configurationOf(options, keys) });
  provider.use(async (context, next) => {
    // An address that brings the code along fills in the form: the provider would submit it by script.
    const { user_code: userCode, ...query } = context.query;
    if (context.method === 'GET' && context.path === '/device' && userCode !== undefined) {
      context.state['userCode'] = userCode;
      context.query = query;
    }
    await next();
  });
  return provider;
}

function configurationOf(options: IdentityOptions, keys: SigningKeys): Configuration {
  return {
    clients: clientsOf(options),
    // `auth_time` is what tells a fresh login from an old one.
    clientDefaults: { require_auth_time: true },
    jwks: { keys: keys.keys },
    cookies: {
      keys: keys.cookieKeys,
      // Cookies know hosts, not ports: portal and dashboard stand on the same one.
      names: {
        session: 'coffer_identity_session',
        interaction: 'coffer_identity_act',
        resume: 'coffer_identity_resume',
      },
    },
    scopes: ['openid', 'offline_access'],
    claims: { openid: ['sub', rolesClaim], profile: ['name', 'preferred_username'] },
    conformIdTokenClaims: false,
    findAccount: (_, subject) => {
      const account = accountOf(subject);
      if (account === undefined) return undefined;
      const { name, username, roles } = account;
      return {
        accountId: subject,
        claims: () => ({ sub: subject, name, preferred_username: username, [rolesClaim]: roles }),
      };
    },
    extraTokenClaims: (context, token) => {
      const account = token.kind === 'AccessToken' ? accountOf(token.accountId) : undefined;
      return { ...authTimeOf(context), ...(account === undefined ? {} : { [rolesClaim]: account.roles }) };
    },
    pkce: { required: () => true },
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    loadExistingGrant: (context) => grantEverythingAsked(context, options.audience),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}`, policy: policy() },
    features: featuresOf(options),
    renderError: (context, { error, error_description }) => {
      context.type = 'html';
      context.body = errorPage(error, error_description);
    },
    ttl: {
      AccessToken: 10 * minute,
      IdToken: 10 * minute,
      AuthorizationCode: minute,
      DeviceCode: 10 * minute,
      Interaction: 30 * minute,
      Session: 14 * day,
      Grant: 14 * day,
      RefreshToken: 14 * day,
    },
  };
}

function featuresOf({ audience }: IdentityOptions): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    // The access token is for the vault alone; names and roles stand in the ID token.
    userinfo: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => {
        if (resource !== audience) throw new errors.InvalidTarget();
        return {
          audience,
          scope: vaultScope,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 10 * minute,
          jwt: { sign: { alg: 'RS256' } },
        };
      },
    },
    deviceFlow: {
      enabled: true,
      charset: 'base-20',
      mask: '****-****',
      userCodeInputSource: (context, _form, _out, error) => {
        context.body = userCodePage(formOf(context), codeOf(context, error), reasonOf(error));
      },
      userCodeConfirmSource: (context, _form, client, _deviceInfo, userCode) => {
        context.body = confirmDevicePage(formOf(context), client.clientName ?? client.clientId, userCode);
      },
      successSource: (context) => {
        context.body = deviceApprovedPage(context.oidc.client?.clientName ?? 'The device');
      },
    },
    // Who signs out ends what a stolen copy of the refresh token could do (RFC 7009).
    revocation: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (context, form) => {
        context.body = signOutPage(form);
      },
      postLogoutSuccessSource: (context) => {
        context.body = signedOutPage();
      },
    },
  };
}

/** When the person signed in, for the vault's "fresh login": it is in what the token is issued from. */
function authTimeOf(context: KoaContextWithOIDC): { auth_time?: number } {
  const { AuthorizationCode, DeviceCode, RefreshToken } = context.oidc.entities;
  const authTime = (AuthorizationCode ?? DeviceCode ?? RefreshToken)?.authTime;
  return authTime === undefined ? {} : { auth_time: authTime };
}

/** The programs of this deployment are the operator's own: what they ask for within its scopes is granted. */
async function grantEverythingAsked(context: KoaContextWithOIDC, audience: string) {
  const { provider, session, client, result } = context.oidc;
  if (client === undefined || session?.accountId === undefined) return undefined;
  const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant = known ?? new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope('openid profile offline_access');
  grant.addResourceScope(audience, vaultScope);
  await grant.save();
  return grant;
}

/**
 * The provider's own policy with two changes: the device flow also honours `max_age=0` (its stored parameters keep it as
 * `prompt=login`, which the flow then does not look at), and native clients are not asked for consent each time.
 */
function policy(): interactionPolicy.DefaultPolicy {
  const { base, Check } = interactionPolicy;
  const prompts = base();
  prompts.get('consent')?.checks.remove('native_client_prompt');
  prompts.get('login')?.checks.add(
    new Check('device_fresh_login', 'the device asked for a fresh sign-in', (context) => {
      const { DeviceCode } = context.oidc.entities;
      const asked = DeviceCode?.params?.['prompt'];
      const isFresh = context.oidc.result?.login !== undefined;
      return typeof asked === 'string' && asked.split(' ').includes('login') && !isFresh
        ? Check.REQUEST_PROMPT
        : Check.NO_NEED_TO_PROMPT;
    }),
  );
  return prompts;
}

function formOf(context: KoaContextWithOIDC): DeviceForm {
  const secret: unknown = context.oidc.session?.state?.['secret'];
  return { action: context.oidc.urlFor('code_verification'), xsrf: typeof secret === 'string' ? secret : '' };
}

/** What stands in the code field: what was typed before, or what the address brought along. */
function codeOf(context: KoaContextWithOIDC, error: unknown): string {
  if (error !== undefined) return '';
  const given: unknown = context.state['userCode'];
  return typeof given === 'string' ? given : '';
}

function reasonOf(error: Error | undefined): string | undefined {
  if (error === undefined) return undefined;
  switch (error.name) {
    case 'NoCodeError':
      return 'Enter the code that the device shows.';
    case 'NotFoundError':
      return 'There is no such code. Look at the device again.';
    case 'ExpiredError':
      return 'This code has expired. Start again on the device.';
    case 'AlreadyUsedError':
      return 'This code was used before. Start again on the device.';
    case 'AbortedError':
      return 'You cancelled. The device was not connected.';
    default:
      return 'The code could not be taken. Start again on the device.';
  }
}
