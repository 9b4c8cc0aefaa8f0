import { readFileSync } from 'node:fs';

/** What `npm start -- --ready-file` writes, and what the global set-up started beside it. */
export interface ReadyPlatform {
  readonly home: string;
  readonly urls: {
    readonly portal: string;
    readonly api: string;
    readonly dashboard: string;
    readonly identity: string;
  };
  readonly sample: { readonly username: string; readonly cloudFolder: string; readonly deviceFolder: string };
  readonly deploymentFile: string;
  /** Where browsers of these tests get their messages from. */
  readonly pushService: string;
  /** Holds the password of the sample account's password keyslot. */
  readonly passwordFile: string;
}

/** The platform that the global set-up started. */
export function readyPlatform(): ReadyPlatform {
  return JSON.parse(process.env['COFFER_E2E_PLATFORM'] ?? '{}') as ReadyPlatform;
}

/** The password of the sample account's password keyslot. */
export function samplePassword(): string {
  return readFileSync(readyPlatform().passwordFile, 'utf8').trimEnd();
}
