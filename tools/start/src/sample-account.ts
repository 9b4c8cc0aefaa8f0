import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSampleHistory, type SampleHistory } from './sample-history';

/** The account whose history is invented, and the two places where it lies. */
export interface SampleAccount {
  readonly username: string;
  /** The chat app's own folder on the "phone": what the device backs up. */
  readonly deviceFolder: string;
  /** The local cloud folder with the unencrypted backups that an older app left. */
  readonly cloudFolder: string;
}

/** The account that the demo identity knows under the same name and password. */
export const sampleUsername = 'sam';

const seed = 20_210_314;

/**
 * Makes the sample account's files where they are missing: the app's database, the same bytes as the newest plaintext
 * backup in the cloud folder, and an older rotated one that holds other messages.
 */
export function prepareSampleAccount(home: string): SampleAccount {
  const deviceFolder = join(home, 'sample-phone', 'Databases');
  const cloudFolder = join(home, 'cloud', sampleUsername);
  if (!existsSync(deviceFolder)) {
    mkdirSync(cloudFolder, { recursive: true, mode: 0o700 });
    write(join(deviceFolder, 'msgstore.db'), seed);
    write(join(cloudFolder, 'msgstore.db'), seed);
    write(join(cloudFolder, 'msgstore-2026-10-01.1.db'), seed + 1);
  }
  writeFileSync(
    join(home, 'plaintext-sources.json'),
    `${JSON.stringify([{ id: 'local-cloud', provider: 'disk', root: join(home, 'cloud'), pathTemplate: '{subject}' }], undefined, 2)}\n`,
    { mode: 0o600 },
  );
  return { username: sampleUsername, deviceFolder, cloudFolder };
}

function write(path: string, withSeed: number): SampleHistory {
  return writeSampleHistory(path, withSeed);
}
