import type { Command } from 'commander';
import type { Reporter } from './output/reporter';

/** What every command gets besides its own arguments. */
export interface CommandContext {
  readonly reporter: Reporter;
  /** Fires on the first Ctrl-C: stop in order, remove what is half-written, and throw. */
  readonly signal: AbortSignal;
}

/** Adds one command (or one group of them) to the program; its action imports the code that does the work. */
export type Register = (program: Command, context: CommandContext) => void;

/** The options that every command takes. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly home?: string;
}
