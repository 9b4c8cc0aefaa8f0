import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const workspaceRoot = resolve(import.meta.dirname, '../../..');

/** An account of the demo identity provider; its password is no secret. */
export interface DemoAccount {
  readonly username: string;
  readonly password: string;
  readonly roles: readonly string[];
}

/** What of the demo identity's own build is used here (apps/demo-identity/src/index.ts). */
interface DemoIdentity {
  readonly sampleAccounts: readonly DemoAccount[];
  walkSignIn(walk: { readonly url: string; readonly username: string; readonly password: string }): Promise<{
    readonly kind: string;
  }>;
}

/** The demo identity's own code and accounts, as it was built. */
export async function demoIdentity(): Promise<DemoIdentity> {
  const built = pathToFileURL(join(workspaceRoot, 'apps/demo-identity/dist/index.mjs')).href;
  return (await import(/* @vite-ignore */ built)) as DemoIdentity;
}
