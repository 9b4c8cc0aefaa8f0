import { relative } from 'node:path';
import type { DemoAccount } from './demo-accounts';
import type { Platform } from './platform';

/** What a newcomer reads when everything answers: what to open, who to be, where things are. */
export function welcome({ urls, sample, home, deploymentFile }: Platform, accounts: readonly DemoAccount[]): string {
  const staff = accounts.find(({ roles }) => roles.length > 0);
  const signIn = (account: DemoAccount | undefined): string =>
    account === undefined ? '' : `sign in as ${account.username}, password ${account.password}`;
  const deployment = relative(process.cwd(), deploymentFile);
  const person = accounts.find(({ username }) => username === sample.username);
  return `
Coffer runs. Open these in a browser on this machine:

  portal      ${urls.portal}        ${signIn(person)}
  dashboard   ${urls.dashboard}        ${signIn(staff)}
  API         ${urls.api}/docs

The same on the command line, in another terminal:

  npx --no -- coffer login --deployment ${deployment.startsWith('..') ? deploymentFile : deployment}

The unencrypted backups of ${sample.username}, which a purge will delete:  ${sample.cloudFolder}
State, keys and logs of this demo:  ${home}

Demo settings: no grace before a purge, one second between the two listings, keys in files. The guess delays are the real ones.
Ctrl-C stops everything and keeps the state.
`;
}
