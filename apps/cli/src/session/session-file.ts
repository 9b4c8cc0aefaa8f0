import { fromUtf8 } from '@coffer/foundation';
import { z } from 'zod';

import type { HomeDirectory } from '../home/home-directory';
import { HomeError } from '../home/home-error';
import { SessionError } from './session-error';

const session = z.strictObject({
  v: z.literal(1),
  issuer: z.string(),
  clientId: z.string(),
  /** Account of the vault that the sign-in belongs to. */
  accountId: z.string(),
  accessToken: z.string().min(1),
  /** By this machine's clock. */
  expiresAtMs: z.int(),
  refreshToken: z.string().min(1).nullable(),
  signedInAtMs: z.int(),
});

/** A sign-in as this home keeps it (session.json, 0600). */
export type Session = z.infer<typeof session>;

/** The sign-in of this home. @returns undefined where there is none @throws HomeError `damaged`, `refused` */
export async function findSession(home: HomeDirectory): Promise<Session | undefined> {
  const bytes = await home.read(home.sessionFile);
  if (bytes === undefined) return undefined;
  try {
    return session.parse(JSON.parse(fromUtf8(bytes)));
  } catch (cause) {
    const message = `"${home.sessionFile}" can no longer be read. Nothing was sent. Run: coffer login`;
    throw new HomeError('damaged', message, { cause });
  }
}

/** As `findSession`, where there must be one. @throws SessionError `not-signed-in`; HomeError `damaged`, `refused` */
export async function requireSession(home: HomeDirectory): Promise<Session> {
  const found = await findSession(home);
  if (found !== undefined) return found;
  throw new SessionError('not-signed-in', 'Nobody is signed in from this device. Run: coffer login');
}

/** Keeps a sign-in as the one of this home. */
export async function writeSession(home: HomeDirectory, content: Session): Promise<void> {
  await home.write(home.sessionFile, `${JSON.stringify(content)}\n`);
}
