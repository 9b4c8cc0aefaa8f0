import type { Deployment } from '@coffer/contracts';

import type { CommandContext } from '../command-context';
import { formatDuration } from '../output/format';
import { printable } from '../output/printable';
import { IdentityProvider, type DeviceCode, type Tokens } from './identity-provider';

/** Runs the device authorization grant with a person in front of the terminal, or a program that reads the JSON line. */
export async function signIn({ reporter, signal }: CommandContext, deployment: Deployment): Promise<Tokens> {
  const provider = await IdentityProvider.find(deployment);
  return provider.signIn((code) => reporter.event('device-code', { ...code }, textOf(code)), signal);
}

function textOf(code: DeviceCode): string {
  const { userCode, verificationUri, verificationUriComplete, expiresInSeconds } = code;
  const direct =
    verificationUriComplete === null
      ? ''
      : `\nor open this address, which brings the code along:\n\n    ${printable(verificationUriComplete)}\n`;
  return (
    `To sign this device in, open\n\n    ${printable(verificationUri)}\n\nin any browser and enter the code\n\n    ${printable(userCode)}\n` +
    `${direct}\nWaiting for your approval, ${formatDuration(expiresInSeconds)} at most …`
  );
}
