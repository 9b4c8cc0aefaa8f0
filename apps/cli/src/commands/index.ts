import type { Register } from '../command-context';
import { registerBackup } from './backup';
import { registerCertificate } from './certificate';
import { registerInit } from './init';
import { registerInspect } from './inspect';
import { registerOpen } from './open';
import { registerRestore } from './restore';
import { registerSnapshots } from './snapshots';
import { registerVerify } from './verify';

/** Every command, in the order in which `--help` lists them. */
export const registrations: readonly Register[] = [
  registerOpen,
  registerInspect,
  registerInit,
  registerBackup,
  registerSnapshots,
  registerRestore,
  registerVerify,
  registerCertificate,
];
