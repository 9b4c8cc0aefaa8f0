import type { Register } from '../command-context';

/** Every command, in the order in which `--help` lists them. */
export const registrations: readonly Register[] = [];
