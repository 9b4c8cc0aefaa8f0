import { PgSealingStore, PgVaultStore } from '@coffer/database';
import { LedgerEventKind } from '@coffer/evidence';
import { systemClock } from '@coffer/foundation';
import { openSealer } from '@coffer/key-sealer';
import { Accounts, drillRows, recordVaultEvent, type DrillFigures } from '@coffer/key-vault';
import type { AdminContext } from '../admin-context';
import { AdminError } from '../admin-error';
import { requireVaultState, withDatabase } from '../with-database';
import { withRestoredDump, type RestoredDump } from './restored-dump';

/**
 * Opens every sealed value of a restored dump with the keys that exist now, and records in the vault's own chain that a dump
 * wholly of that epoch opens. Keys of epochs before it may be destroyed then.
 *
 * @throws AdminError `no-vault`, `not-a-dump`, `drill-failed`; SealerError; VaultError `vault-sealed`
 */
export async function runDrill(context: AdminContext, url: string): Promise<void> {
  const config = context.config();
  await withDatabase(config, async (database) => {
    const state = await requireVaultState(database);
    const store = new PgSealingStore(database);
    const known = await store.needed();
    const sealer = await openSealer(config.sealer, known, systemClock);
    try {
      const drilled = await withRestoredDump(url, database, state, async (dump) => {
        context.reporter.note(`Opening everything in the dump, which is of sealing epoch ${dump.epoch}.`);
        const figures = await drillRows(dump.rows, sealer, dump.epoch);
        requirePassed(dump, figures);
        return { epoch: dump.epoch, treeSize: dump.treeSize, opened: total(figures.opened) };
      });
      const { vaultId } = state;
      const accounts = new Accounts({ store: new PgVaultStore(database), sealer, vaultId });
      await recordVaultEvent(accounts, vaultId, { kind: LedgerEventKind.dumpDrilled, details: drilled });
      context.reporter.event(
        'drilled',
        drilled,
        `All ${drilled.opened} sealed values of the dump open. It is recorded that a dump of sealing epoch ${drilled.epoch} was restored; ` +
          'keys of earlier epochs are destroyed when they are old enough.',
      );
    } finally {
      await sealer.close();
    }
  });
}

/** @throws AdminError `drill-failed` */
function requirePassed({ epoch }: RestoredDump, { opened, unopenable, former }: DrillFigures): void {
  const lost = total(unopenable);
  if (lost > 0) {
    const where = Object.entries(unopenable).map(([place, values]) => `${values} of ${place}`);
    throw new AdminError(
      'drill-failed',
      `${lost} sealed values of the dump do not open: ${where.join(', ')}. Nothing was recorded, and no key is destroyed. Drill a newer dump; if it fails too, keep every key and look for rows that were edited.`,
    );
  }
  if (former > 0) {
    throw new AdminError(
      'drill-failed',
      `${former} sealed values of the dump are of an epoch before ${epoch}: it was taken while everything was being sealed anew. Nothing was recorded. Drill a later dump.`,
    );
  }
  if (total(opened) === 0) throw new AdminError('drill-failed', 'The dump holds nothing that is sealed.');
}

function total(figures: Readonly<Record<string, number>>): number {
  return Object.values(figures).reduce((sum, each) => sum + each, 0);
}
