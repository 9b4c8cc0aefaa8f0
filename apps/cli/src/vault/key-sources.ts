import type { CliConfig } from '../config';

/** Options of every command that needs the account's backup key. */
export interface KeyOptions {
  /** `--key`: a file, or `-`. */
  readonly key?: string;
  /** `--password-file`: a file, or `-`. */
  readonly passwordFile?: string;
}

/** Everywhere that the account's backup key may come from, beside this device's own folder. */
export interface KeySources extends KeyOptions {
  /** COFFER_KEY. */
  readonly environmentKey: string | undefined;
  /** COFFER_PASSWORD. */
  readonly environmentPassword: string | undefined;
}

/** The options together with the environment. */
export function keySourcesOf({ key, passwordFile }: KeyOptions, config: CliConfig): KeySources {
  return {
    ...(key === undefined ? {} : { key }),
    ...(passwordFile === undefined ? {} : { passwordFile }),
    environmentKey: config.key,
    environmentPassword: config.password,
  };
}
