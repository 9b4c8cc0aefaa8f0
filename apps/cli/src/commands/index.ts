import type { Register } from '../command-context';
import { registerCertificate } from './certificate';
import { registerInspect } from './inspect';
import { registerOpen } from './open';

/** Every command, in the order in which `--help` lists them. */
export const registrations: readonly Register[] = [registerOpen, registerInspect, registerCertificate];
