import type { Command } from 'commander';
import type { AppConfig } from '../config';
import type { AdminReporter } from './admin-reporter';

/** What every command of `coffer-admin` is given. */
export interface AdminContext {
  readonly reporter: AdminReporter;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The deployment's configuration, read when it is first asked for. @throws ConfigError */
  readonly config: () => AppConfig;
}

/** Adds one command, or a group of them, to the program. */
export type RegisterAdmin = (program: Command, context: AdminContext) => void;
