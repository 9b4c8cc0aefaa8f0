import type { CommandContext } from '../command-context';
import { findDeployment } from '../home/deployment-file';
import { HomeDirectory } from '../home/home-directory';
import { listKeys } from '../keys/kept-keys';
import { SessionError } from '../session/session-error';
import { findSession, type Session } from '../session/session-file';

/**
 * Ends the sign-in of this home, here in any case and at the identity provider where it answers. Keys and what this device
 * has seen stay.
 *
 * @throws HomeError `damaged`, `refused`
 */
export async function runLogout({ reporter }: CommandContext, homePath: string): Promise<void> {
  const home = new HomeDirectory(homePath);
  // What can no longer be read is removed all the same.
  const session = await findSession(home).catch(() => undefined);
  const isRevoked = session !== undefined && (await isRevokedAtProvider(home, session));
  const wasSignedIn = await home.remove(home.sessionFile);
  if (session !== undefined && !isRevoked) {
    reporter.warn(
      'not-revoked',
      'The identity provider could not be told. The tokens are gone from this device; the provider ends them in its own time.',
    );
  }
  const keys = (await listKeys(home)).length;
  const left = keys === 0 ? '' : ' The backup key stays on this device until: coffer lock';
  reporter.summary(
    { signedOut: wasSignedIn, revoked: isRevoked, keys },
    wasSignedIn ? `Signed out.${left}` : `Nobody was signed in.${left}`,
  );
}

async function isRevokedAtProvider(home: HomeDirectory, { refreshToken, accessToken }: Session): Promise<boolean> {
  const known = await findDeployment(home).catch(() => undefined);
  if (known === undefined) return false;
  try {
    const { IdentityProvider } = await import('../session/identity-provider');
    const provider = await IdentityProvider.find(known.deployment);
    return await provider.revoke(refreshToken ?? accessToken);
  } catch (error) {
    if (error instanceof SessionError) return false;
    throw error;
  }
}
