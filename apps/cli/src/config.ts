import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the environment says about stores of a person. */
export interface StoreEnvironment {
  /** COFFER_WEBDAV_USER and COFFER_WEBDAV_PASSWORD, or COFFER_WEBDAV_TOKEN in their place. */
  readonly webdavUser?: string | undefined;
  readonly webdavPassword?: string | undefined;
  readonly webdavToken?: string | undefined;
  /** COFFER_DRIVE_CLIENT_ID and COFFER_DRIVE_CLIENT_SECRET: the program's client at Google. */
  readonly driveClientId?: string | undefined;
  readonly driveClientSecret?: string | undefined;
  /** COFFER_DRIVE_URL, for tests: origin of Drive and of its sign-in. */
  readonly driveUrl?: string | undefined;
  /** COFFER_ICLOUD_API_TOKEN: of the CloudKit container. */
  readonly icloudApiToken?: string | undefined;
  /** COFFER_ICLOUD_URL, for tests: origin of CloudKit's web services. */
  readonly icloudUrl?: string | undefined;
}

/** The environment of the command line, read here and nowhere else. */
export interface CliConfig {
  /** This device's folder: `--home`, COFFER_CLI_HOME, or ~/.coffer. */
  readonly home: string;
  /** The person's folder. */
  readonly userHome: string;
  /** XDG_CONFIG_HOME, or ~/.config. */
  readonly configFolder: string;
  /** COFFER_KEY: a 64-digit key or the path of a file that holds one. */
  readonly key: string | undefined;
  /** COFFER_PASSWORD. */
  readonly password: string | undefined;
  readonly stores: StoreEnvironment;
  /** COFFER_FAILPOINT, test only: the step of `coffer keyslots rotate` or `coffer prune` at which this process kills itself. */
  readonly failpoint: string | undefined;
}

/** @param home - value of `--home` */
export function readConfig(home?: string): CliConfig {
  return {
    home: home ?? process.env['COFFER_CLI_HOME'] ?? join(homedir(), '.coffer'),
    userHome: homedir(),
    configFolder: process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'),
    key: process.env['COFFER_KEY'],
    password: process.env['COFFER_PASSWORD'],
    stores: {
      webdavUser: process.env['COFFER_WEBDAV_USER'],
      webdavPassword: process.env['COFFER_WEBDAV_PASSWORD'],
      webdavToken: process.env['COFFER_WEBDAV_TOKEN'],
      driveClientId: process.env['COFFER_DRIVE_CLIENT_ID'],
      driveClientSecret: process.env['COFFER_DRIVE_CLIENT_SECRET'],
      driveUrl: process.env['COFFER_DRIVE_URL'],
      icloudApiToken: process.env['COFFER_ICLOUD_API_TOKEN'],
      icloudUrl: process.env['COFFER_ICLOUD_URL'],
    },
    failpoint: process.env['COFFER_FAILPOINT'],
  };
}
