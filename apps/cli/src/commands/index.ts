import type { Register } from '../command-context';
import { registerCertificate } from './certificate';

/** Every command, in the order in which `--help` lists them. */
export const registrations: readonly Register[] = [registerCertificate];
