import { demoIdentity } from './demo-accounts';

/**
 * Approves a waiting device as a person would in a browser: through the demo identity's own pages, with the sample account's
 * password.
 *
 * @param identityUrl - where the demo identity stands; the password goes nowhere else
 * @param verificationUriComplete - what the device showed (RFC 8628, section 3.3.1)
 * @throws Error where the address is another one's, or the pages refuse
 */
export async function approveDevice(
  identityUrl: string,
  verificationUriComplete: string,
  username: string,
): Promise<void> {
  if (new URL(verificationUriComplete).origin !== new URL(identityUrl).origin) {
    throw new Error(`the device names another address than the demo identity's: ${verificationUriComplete}`);
  }
  const identity = await demoIdentity();
  const account = identity.sampleAccounts.find((sample) => sample.username === username);
  if (account === undefined) throw new Error(`the demo identity knows no account ${username}`);
  const { kind } = await identity.walkSignIn({ url: verificationUriComplete, ...account });
  if (kind !== 'device-approved') throw new Error('the demo identity did not approve the device');
}
