import { requireStoreAddress, type WebDavCredentials } from '@coffer/object-store/node';

import type { CommandContext } from '../command-context';
import { askSecret, askText } from '../input/prompts';
import { readSecret } from '../input/secret-input';
import { UsageError } from '../output/usage-error';
import type { StoreSignIns } from './open-store';
import type { StoreLoginRequest } from './run-store-login';
import { findStoreSignIn, keepStoreSignIn } from './store-sign-in';
import { tryStore } from './try-store';

/** What a WebDAV folder is reached with: the environment goes before what this device keeps. @throws HomeError */
export async function webdavCredentials(
  { home, environment }: StoreSignIns,
  address: string,
): Promise<WebDavCredentials | undefined> {
  const { webdavUser: user, webdavPassword: password, webdavToken: token } = environment;
  if (token !== undefined && token !== '') return { kind: 'bearer', token };
  if (user !== undefined && password !== undefined) return { kind: 'basic', user, password };
  const kept = await findStoreSignIn(home, address, 'webdav');
  return kept === undefined ? undefined : { kind: 'basic', user: kept.user, password: kept.password };
}

/** Name under which the sign-in at a WebDAV folder is kept: its address. @throws ObjectStoreError `invalid-url` */
export function webdavAddress(store: string): string {
  return requireStoreAddress(store.slice('webdav+'.length), 'the address of a WebDAV folder');
}

/**
 * Asks for user and password, tries them, and keeps them.
 *
 * @throws UsageError; ObjectStoreError `access-denied` where the server does not take them
 */
export async function signInToWebDav(context: CommandContext, request: StoreLoginRequest): Promise<void> {
  const { config, home, store } = request;
  const address = webdavAddress(store);
  const user = request.user ?? config.stores.webdavUser ?? (await askUser(context));
  const password = await readSecret({
    what: 'password',
    file: request.passwordFile,
    environment: config.stores.webdavPassword,
    prompt: context.reporter.isInteractive ? () => askSecret(`Password of ${user}`) : undefined,
    hint: 'Give it with --password-file FILE or in COFFER_WEBDAV_PASSWORD.',
  });
  await tryStore(store, { webdav: async () => ({ kind: 'basic', user, password }) });
  await keepStoreSignIn(home, address, { v: 1, kind: 'webdav', user, password });
}

async function askUser({ reporter }: CommandContext): Promise<string> {
  if (reporter.isInteractive) return askText('User at the store');
  throw new UsageError('No user was given: name it with --user NAME, or set COFFER_WEBDAV_USER.');
}
