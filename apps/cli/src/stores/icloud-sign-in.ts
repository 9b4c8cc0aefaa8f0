import {
  appleApiUrl,
  findSignInPage,
  parseICloudContainer,
  requireStoreAddress,
  type ICloudContainer,
  type StoreAccess,
  type WebAuthSession,
} from '@coffer/object-store/node';

import type { CommandContext } from '../command-context';
import type { HomeDirectory } from '../home/home-directory';
import { askSecret } from '../input/prompts';
import { readSecret } from '../input/secret-input';
import { printable } from '../output/printable';
import { UsageError } from '../output/usage-error';
import { withSignInLock } from '../session/session-lock';
import type { StoreLoginRequest } from './run-store-login';
import { keepStoreSignIn, requireStoreSignIn } from './store-sign-in';
import { tryStore } from './try-store';

/** Under which the sign-in at a container is kept. */
export function icloudStore({ container, environment }: ICloudContainer): string {
  return `icloud:${container}${environment === 'development' ? '?environment=development' : ''}`;
}

/** This device's sign-in at a container. @throws SessionError `not-signed-in`; HomeError */
export async function icloudAccess(
  home: HomeDirectory,
  container: ICloudContainer,
): Promise<Awaited<ReturnType<StoreAccess['icloud']>>> {
  const store = icloudStore(container);
  const { apiUrl, apiToken } = await requireStoreSignIn(home, store, 'icloud');
  return { apiUrl, apiToken, session: new KeptSession(home, store) };
}

/** A token of one use that several requests and processes share: one after the other, the next token on the disk before it is used. */
class KeptSession implements WebAuthSession {
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly home: HomeDirectory,
    private readonly store: string,
  ) {}

  use<Result>(
    request: (token: string) => Promise<{ readonly next: string | undefined; readonly result: Result }>,
  ): Promise<Result> {
    const turn = this.#turn.then(() =>
      withSignInLock(this.home, this.home.storeFile(this.store), async () => {
        const kept = await requireStoreSignIn(this.home, this.store, 'icloud');
        const { next, result } = await request(kept.webAuthToken);
        if (next !== undefined) await keepStoreSignIn(this.home, this.store, { ...kept, webAuthToken: next });
        return result;
      }),
    );
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/**
 * Shows Apple's page for the sign-in, and takes the address that the browser ends at, or the token in it.
 *
 * @throws UsageError; ObjectStoreError `access-denied` where iCloud takes one of the tokens not
 */
export async function signInToICloud({ reporter }: CommandContext, request: StoreLoginRequest): Promise<void> {
  const container = parseICloudContainer(request.store);
  const { icloudApiToken: apiToken, icloudUrl } = request.config.stores;
  if (apiToken === undefined) {
    throw new UsageError(
      'iCloud wants to know which program asks: set COFFER_ICLOUD_API_TOKEN to an API token of the container (docs/stores.md). ' +
        'Nothing was done.',
    );
  }
  const apiUrl = icloudUrl === undefined ? appleApiUrl : requireStoreAddress(icloudUrl, 'COFFER_ICLOUD_URL');
  const page = await findSignInPage({ ...container, apiToken, apiUrl });
  reporter.event('sign-in-page', { url: page }, textOf(page));
  const given = await readSecret({
    what: 'token of the sign-in',
    file: request.tokenFile,
    environment: undefined,
    prompt: reporter.isInteractive ? () => askSecret('Address that the browser ended at') : undefined,
    hint: 'Sign in at the page above, and give the address that the browser ends at with --token-file FILE.',
  });
  const kept = { v: 1, kind: 'icloud', apiToken, apiUrl, webAuthToken: tokenOf(given) } as const;
  const store = icloudStore(container);
  await request.home.ensure();
  let last: string = kept.webAuthToken;
  const session: WebAuthSession = {
    use: async (send) => {
      const { next, result } = await send(last);
      last = next ?? last;
      return result;
    },
  };
  await tryStore(store, { icloud: async () => ({ apiUrl, apiToken, session }) });
  await keepStoreSignIn(request.home, store, { ...kept, webAuthToken: last });
}

/** The token of an address, or the text itself. */
function tokenOf(given: string): string {
  const query = given.includes('ckWebAuthToken=') ? given.slice(given.search(/[?#&]?ckWebAuthToken=/)) : undefined;
  return query === undefined
    ? given
    : (new URLSearchParams(query.replace(/^[?#&]/, '')).get('ckWebAuthToken') ?? given);
}

function textOf(page: string): string {
  return (
    `To let this device use its own private database of your iCloud, open\n\n    ${printable(page)}\n\nin any browser and sign in ` +
    'with your Apple Account. The browser then ends at an address that holds "ckWebAuthToken=": it is asked for next, and is as ' +
    'good as a password.'
  );
}
