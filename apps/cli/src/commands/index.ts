import type { Register } from '../command-context';
import { registerAccount } from './account';
import { registerBackup } from './backup';
import { registerCertificate } from './certificate';
import { registerClaims } from './claims';
import { registerGuesses } from './guesses';
import { registerInit } from './init';
import { registerInspect } from './inspect';
import { registerKeyslots } from './keyslots';
import { registerLedger } from './ledger';
import { registerLogin } from './login';
import { registerNewStart } from './new-start';
import { registerNotices } from './notices';
import { registerOpen } from './open';
import { registerPassword } from './password';
import { registerPrune } from './prune';
import { registerPurge } from './purge';
import { registerRebuildIndex } from './rebuild-index';
import { registerRepositories } from './repositories';
import { registerRestore } from './restore';
import { registerSchedule } from './schedule';
import { registerScramble } from './scramble';
import { registerSearch } from './search';
import { registerSetup } from './setup';
import { registerSnapshots } from './snapshots';
import { registerStats } from './stats';
import { registerUnlock } from './unlock';
import { registerVerify } from './verify';

/** Every command, in the order in which `--help` lists them. */
export const registrations: readonly Register[] = [
  registerOpen,
  registerInspect,
  registerSearch,
  registerInit,
  registerLogin,
  registerSetup,
  registerUnlock,
  registerKeyslots,
  registerPassword,
  registerGuesses,
  registerNotices,
  registerNewStart,
  registerRepositories,
  registerAccount,
  registerBackup,
  registerSchedule,
  registerSnapshots,
  registerRestore,
  registerVerify,
  registerStats,
  registerPrune,
  registerRebuildIndex,
  registerScramble,
  registerPurge,
  registerCertificate,
  registerLedger,
  registerClaims,
];
