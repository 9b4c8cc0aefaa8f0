import { fromUtf8 } from '@coffer/foundation';
import { z } from 'zod';

import type { HomeDirectory } from '../home/home-directory';
import { HomeError } from '../home/home-error';
import { SessionError } from '../session/session-error';

const secret = z.string().min(1).max(8192);

/** How this device signs in at one store, as its folder keeps it (stores/<store>.json, 0600). */
const signIn = z.discriminatedUnion('kind', [
  z.strictObject({ v: z.literal(1), kind: z.literal('webdav'), user: z.string(), password: secret }),
  z.strictObject({
    v: z.literal(1),
    kind: z.literal('drive'),
    clientId: z.string(),
    clientSecret: z.string(),
    apiUrl: z.string(),
    signInUrl: z.string(),
    accessToken: secret,
    /** By this machine's clock. */
    expiresAtMs: z.int(),
    refreshToken: secret,
  }),
  z.strictObject({
    v: z.literal(1),
    kind: z.literal('icloud'),
    apiToken: z.string(),
    apiUrl: z.string(),
    /** Good for one request; each answer brings the next one. */
    webAuthToken: secret,
  }),
]);
export type StoreSignIn = z.infer<typeof signIn>;

/** The sign-in at a store. @returns undefined where there is none @throws HomeError `damaged`, `refused` */
export async function findStoreSignIn<Kind extends StoreSignIn['kind']>(
  home: HomeDirectory,
  store: string,
  kind: Kind,
): Promise<Extract<StoreSignIn, { kind: Kind }> | undefined> {
  const file = home.storeFile(store);
  const bytes = await home.read(file);
  if (bytes === undefined) return undefined;
  try {
    const found = signIn.parse(JSON.parse(fromUtf8(bytes)));
    if (found.kind === kind) return found as Extract<StoreSignIn, { kind: Kind }>;
  } catch {
    // Not even as cause: what stands there is a secret.
  }
  throw new HomeError('damaged', `"${file}" can no longer be read. Nothing was sent. Run: coffer login --store URL`);
}

/** As `findStoreSignIn`, where there must be one. @throws SessionError `not-signed-in`; HomeError `damaged`, `refused` */
export async function requireStoreSignIn<Kind extends StoreSignIn['kind']>(
  home: HomeDirectory,
  store: string,
  kind: Kind,
): Promise<Extract<StoreSignIn, { kind: Kind }>> {
  const found = await findStoreSignIn(home, store, kind);
  if (found !== undefined) return found;
  throw new SessionError(
    'not-signed-in',
    `This device is not signed in at the store. Run: coffer login --store ${store}`,
  );
}

/** Keeps a sign-in as the one at this store. */
export async function keepStoreSignIn(home: HomeDirectory, store: string, content: StoreSignIn): Promise<void> {
  await home.write(home.storeFile(store), `${JSON.stringify(content)}\n`);
}
