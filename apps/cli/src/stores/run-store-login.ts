import type { CommandContext } from '../command-context';
import type { CliConfig } from '../config';
import { HomeDirectory } from '../home/home-directory';
import { UsageError } from '../output/usage-error';
import { driveStore, signInToDrive } from './drive-sign-in';
import { signInToICloud } from './icloud-sign-in';
import { signInToWebDav } from './webdav-sign-in';

/** What `coffer login --store` is asked. */
export interface StoreLoginInput {
  readonly store: string;
  readonly user: string | undefined;
  /** A file, or `-`. */
  readonly passwordFile: string | undefined;
  /** A file, or `-`. */
  readonly tokenFile: string | undefined;
  readonly config: CliConfig;
}

/** The same with the device's folder. */
export interface StoreLoginRequest extends StoreLoginInput {
  readonly home: HomeDirectory;
}

/**
 * Signs this device in at a store of its person, and keeps what it needs for that in its folder.
 *
 * @throws UsageError where a store has no sign-in of its own; as the kinds of stores do
 */
export async function runStoreLogin(context: CommandContext, input: StoreLoginInput): Promise<void> {
  const request = { ...input, home: new HomeDirectory(input.config.home) };
  if (input.store.startsWith('webdav+')) await signInToWebDav(context, request);
  else if (input.store === driveStore) await signInToDrive(context, request);
  else if (input.store.startsWith('icloud:')) await signInToICloud(context, request);
  else throw noSignIn();
  context.reporter.summary(
    { store: input.store, signedIn: true },
    'Signed in. This device keeps it until: coffer logout --store URL',
  );
}

/** For stores whose credentials are not this program's to keep. */
export function noSignIn(): UsageError {
  return new UsageError(
    '--store takes webdav+https://HOST/FOLDER, drive:appdata or icloud:CONTAINER here. A folder needs no sign-in, S3 takes its ' +
      'credentials from the environment, and for a vault there is "coffer login --deployment FILE".',
  );
}
