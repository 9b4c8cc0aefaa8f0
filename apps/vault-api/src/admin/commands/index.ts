import type { RegisterAdmin } from '../admin-context';
import { registerDeployment } from './deployment';
import { registerDoctor } from './doctor';
import { registerDrill } from './drill';
import { registerRepair } from './repair';
import { registerRoot } from './root';

/** Every command, in the order in which `--help` lists them. A new one is a file here and a line below. */
export const registrations: readonly RegisterAdmin[] = [
  registerDoctor,
  registerRepair,
  registerDeployment,
  registerDrill,
  registerRoot,
];
