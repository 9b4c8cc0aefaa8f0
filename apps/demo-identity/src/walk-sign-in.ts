import { IdentityError } from './errors';

/** Where a walk starts, and who walks. */
export interface SignInWalk {
  /** An authorization URL, or the verification URL of a device flow (with or without its user code). */
  readonly url: string | URL;
  /** The code that the device shows; needed where `url` does not carry it. */
  readonly userCode?: string;
  readonly username: string;
  readonly password: string;
  readonly fetch?: typeof fetch;
}

/** Where a walk ends: sent back to the program that asked, or the device approved. */
export type WalkOutcome =
  { readonly kind: 'redirected'; readonly url: URL } | { readonly kind: 'device-approved'; readonly url: URL };

const mostSteps = 20;

interface Form {
  readonly action: string;
  readonly fields: URLSearchParams;
  readonly names: ReadonlySet<string>;
}

/**
 * Signs a sample account in by walking the provider's own pages as a browser would: it follows redirects, keeps cookies and
 * fills in the forms. For the scripted demo journey and for specs, so that both go through what people go through.
 *
 * It never leaves the origin where it started: a redirect elsewhere ends the walk and is handed back, not followed.
 *
 * @throws IdentityError `sign-in-refused` where name, password or code do not do; `unexpected-page` where a page has neither
 *   a known form nor a known outcome
 */
export async function walkSignIn(walk: SignInWalk): Promise<WalkOutcome> {
  const send = walk.fetch ?? fetch;
  const cookies = new Map<string, string>();
  let url = new URL(walk.url);
  const { origin } = url;
  let body: URLSearchParams | undefined;
  let isTyped = false;
  for (let step = 0; step < mostSteps; step++) {
    const response = await send(url, {
      redirect: 'manual',
      headers: { cookie: Array.from(cookies, ([name, value]) => `${name}=${value}`).join('; ') },
      ...(body === undefined ? {} : { method: 'POST', body }),
    });
    keepCookies(cookies, response);
    const text = await response.text();
    const location = response.headers.get('location');
    body = undefined;
    if (location !== null) {
      url = new URL(location, url);
      if (url.origin !== origin) return { kind: 'redirected', url };
      continue;
    }
    const outcome = /<meta name="outcome" content="([^"]*)"/.exec(text)?.[1];
    if (outcome === 'device-approved') return { kind: 'device-approved', url };
    if (outcome !== undefined) {
      throw new IdentityError('sign-in-refused', `the identity provider refused the sign-in (${outcome})`);
    }
    const form = readForm(text);
    const isPassword = form?.names.has('password') === true;
    if (form === undefined || (isPassword && isTyped)) throw unexpected(response);
    isTyped ||= isPassword;
    url = new URL(form.action, url);
    if (url.origin !== origin) throw unexpected(response);
    body = fill(form, walk);
  }
  throw new IdentityError('unexpected-page', `the sign-in did not come to an end within ${mostSteps} pages`);
}

function fill(form: Form, { username, password, userCode }: SignInWalk): URLSearchParams {
  const { fields, names } = form;
  if (names.has('password')) {
    fields.set('username', username);
    fields.set('password', password);
  }
  // Of the two buttons the first goes on, the second turns back.
  if (names.has('user_code') && fields.get('user_code') === '') fields.set('user_code', userCode ?? '');
  return fields;
}

/** The first form of a page, with the values that its fields have and the button that goes on. */
function readForm(text: string): Form | undefined {
  const form = /<form\b([^>]*)>([\s\S]*?)<\/form>/.exec(text);
  const action = attribute(form?.[1] ?? '', 'action');
  if (form === null || action === undefined) return undefined;
  const fields = new URLSearchParams();
  const names = new Set<string>();
  for (const [tag] of (form[2] ?? '').matchAll(/<(?:input|button)\b[^>]*>/g)) {
    const name = attribute(tag, 'name');
    if (name === undefined || ['cancel', 'abort'].includes(name) || attribute(tag, 'value') === 'cancel') continue;
    names.add(name);
    fields.set(name, attribute(tag, 'value') ?? '');
  }
  return { action, fields, names };
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value?.replaceAll(/&#(\d+);|&amp;|&quot;/g, (entity, digits: string | undefined) => {
    if (digits !== undefined) return String.fromCharCode(Number(digits));
    return entity === '&amp;' ? '&' : '"';
  });
}

function keepCookies(cookies: Map<string, string>, response: Response): void {
  for (const line of response.headers.getSetCookie()) {
    const [pair = ''] = line.split(';');
    const at = pair.indexOf('=');
    const value = pair.slice(at + 1);
    if (value === '') cookies.delete(pair.slice(0, at));
    else cookies.set(pair.slice(0, at), value);
  }
}

function unexpected(response: Response): IdentityError {
  return new IdentityError('unexpected-page', `a page of the identity provider is not known (HTTP ${response.status})`);
}
