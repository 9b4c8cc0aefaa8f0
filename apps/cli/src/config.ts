import { homedir } from 'node:os';
import { join } from 'node:path';

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
    failpoint: process.env['COFFER_FAILPOINT'],
  };
}
