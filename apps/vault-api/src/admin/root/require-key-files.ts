import type { SealerChoice } from '@coffer/key-sealer';
import { AdminError } from '../admin-error';

/** The folder of the key files. @throws AdminError `keys-in-hsm` */
export function requireKeyFiles(sealer: SealerChoice): string {
  if (sealer.kind === 'key-file') return sealer.folder;
  throw new AdminError(
    'keys-in-hsm',
    'The root key is in an HSM, which lets nobody read it, so it has no shares. What takes their place: docs/operations/hsm.md, "Backup of the keys".',
  );
}
