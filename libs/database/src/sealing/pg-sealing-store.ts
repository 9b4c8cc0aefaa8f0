import type {
  EndingFacts,
  KnownKeys,
  Sealed,
  SealedRow,
  SealedRows,
  SealingEpochInfo,
  SealingEpochRow,
  SealingStore,
} from '@coffer/key-vault';
import type { Queryable } from '../database';
import { DatabaseError } from '../errors';
import { clockMs, fromMs, instantMs, statement } from '../statement';
import type { PgAccountTransaction } from '../vault/pg-account-transaction';
import { isNamed, sealedPlaces, type SealedColumns, type SealedPlace } from './sealed-places';

const findRoot = statement('sealing-root', 'SELECT sealing_root_id AS "rootId" FROM vault_state WHERE id = 1');
const newestLiving = '(SELECT max(epoch) FROM sealing_epochs WHERE ended_at IS NULL)';
/** What a start needs: a dump may name a key that was destroyed since, and nothing in it may need that key. */
const findNeeded = statement(
  'sealing-needed',
  `SELECT epoch, key_id AS "keyId", NOT (epoch = ${newestLiving} OR ${isNamed('sealing_epochs.epoch')}) AS "mayBeMissing"
   FROM sealing_epochs WHERE ended_at IS NULL ORDER BY epoch`,
);
/** What a process that runs needs: it asks every few seconds. */
const findFollowed = statement(
  'sealing-followed',
  `SELECT epoch, key_id AS "keyId", epoch <> ${newestLiving} AS "mayBeMissing"
   FROM sealing_epochs WHERE ended_at IS NULL ORDER BY epoch`,
);
const readClock = statement('sealing-clock', `SELECT ${clockMs} AS "nowMs"`);
const findEpochs = statement(
  'sealing-epochs',
  `SELECT epoch, key_id AS "keyId", ${instantMs('created_at')} AS "createdAtMs",
     ${instantMs('resealed_at')} AS "resealedAtMs", ${instantMs('ended_at')} AS "endedAtMs",
     ${isNamed('sealing_epochs.epoch')} AS "isNamed"
   FROM sealing_epochs WHERE destroyed_at IS NULL ORDER BY epoch`,
);
const findOldest = statement(
  'sealing-oldest',
  `SELECT ${instantMs('min(created_at)')} AS "atMs" FROM sealing_epochs WHERE destroyed_at IS NULL`,
);
const nameEpoch = statement(
  'sealing-name-epoch',
  `INSERT INTO sealing_epochs (epoch, key_id, created_at) VALUES ($1, $2, ${fromMs('$3')}) ON CONFLICT (epoch) DO NOTHING`,
);
const stir = statement(
  'sealing-stir',
  'UPDATE sealing_epochs SET resealed_at = NULL WHERE epoch > $1 AND ended_at IS NULL AND resealed_at IS NOT NULL',
);
const noteResealed = statement(
  'sealing-note-resealed',
  `UPDATE sealing_epochs SET resealed_at = clock_timestamp()
   WHERE epoch <= $1 AND ended_at IS NULL AND resealed_at IS NULL`,
);
const findEndingFacts = statement(
  'sealing-ending-facts',
  `SELECT ${clockMs} AS "nowMs", ${isNamed('$1::int')} AS "isNamed",
     (SELECT ${instantMs('min(later.resealed_at)')} FROM sealing_epochs later WHERE later.epoch > $1) AS "resealedAtMs"
   FROM sealing_epochs WHERE epoch = $1 AND ended_at IS NULL FOR UPDATE`,
);
const endEpoch = statement(
  'sealing-end-epoch',
  'UPDATE sealing_epochs SET ended_at = clock_timestamp() WHERE epoch = $1 AND ended_at IS NULL',
);
const noteDestroyed = statement(
  'sealing-note-destroyed',
  `UPDATE sealing_epochs SET destroyed_at = clock_timestamp()
   WHERE epoch = $1 AND ended_at IS NOT NULL AND destroyed_at IS NULL`,
);

/** Every sealed value of a database; reads only. */
export class PgSealedRows implements SealedRows {
  readonly places: readonly string[] = sealedPlaces.map(({ name }) => name);
  protected readonly sql: Queryable;

  constructor(sql: Queryable) {
    this.sql = sql;
  }

  async next(place: string, below: number, after: SealedRow | undefined, limit: number): Promise<readonly SealedRow[]> {
    const { next, first, keyOf, contextOf } = requirePlace(place);
    // the column is an int
    const epochs = Math.min(below, 2_147_483_647);
    const rows = await this.sql.rows<SealedColumns & Record<string, unknown>>(next, [
      ...[epochs, limit],
      ...(after?.key ?? first),
    ]);
    return rows.map((row) => {
      const { bytes, epoch } = row;
      return { key: keyOf(row), context: contextOf(row), sealed: { bytes, epoch } };
    });
  }
}

/** The sealing epochs of a vault on PostgreSQL. */
export class PgSealingStore extends PgSealedRows implements SealingStore<PgAccountTransaction> {
  /** Which keys a process needs to start; undefined where there is no vault yet. */
  async needed(): Promise<KnownKeys | undefined> {
    const [root] = await this.sql.rows<Pick<KnownKeys, 'rootId'>>(findRoot);
    return root === undefined
      ? undefined
      : { ...root, epochs: await this.sql.rows<KnownKeys['epochs'][number]>(findNeeded) };
  }

  async followed(): Promise<KnownKeys> {
    const [root] = await this.sql.rows<Pick<KnownKeys, 'rootId'>>(findRoot);
    if (root === undefined) throw new DatabaseError('failed', 'the database holds no vault');
    return { ...root, epochs: await this.sql.rows<KnownKeys['epochs'][number]>(findFollowed) };
  }

  async look(): Promise<{ readonly nowMs: number; readonly epochs: readonly SealingEpochRow[] }> {
    const [clock] = await this.sql.rows<{ nowMs: number }>(readClock);
    if (clock === undefined) throw new DatabaseError('failed', 'the database did not tell its clock');
    return { ...clock, epochs: await this.sql.rows<SealingEpochRow>(findEpochs) };
  }

  /** When the oldest key that exists was made; null before there is a vault. */
  async oldestKeyAtMs(): Promise<number | null> {
    const [oldest] = await this.sql.rows<{ atMs: number | null }>(findOldest);
    return oldest?.atMs ?? null;
  }

  async name({ epoch, keyId, createdAtMs }: SealingEpochInfo): Promise<void> {
    await this.sql.change(nameEpoch, [epoch, keyId, createdAtMs]);
  }

  async replace(place: string, { key, sealed: former }: SealedRow, { bytes, epoch }: Sealed): Promise<boolean> {
    const values = [former.bytes, former.epoch, bytes, epoch, ...key];
    return (await this.sql.change(requirePlace(place).replace, values)) === 1;
  }

  async stir(epoch: number): Promise<void> {
    await this.sql.change(stir, [epoch]);
  }

  async noteResealed(newest: number): Promise<void> {
    await this.sql.change(noteResealed, [newest]);
  }

  async endingFacts({ sql }: PgAccountTransaction, epoch: number): Promise<EndingFacts | undefined> {
    const [facts] = await sql.rows<EndingFacts>(findEndingFacts, [epoch]);
    return facts;
  }

  async end({ sql }: PgAccountTransaction, epoch: number): Promise<void> {
    await sql.change(endEpoch, [epoch]);
  }

  async noteDestroyed(epoch: number): Promise<void> {
    await this.sql.change(noteDestroyed, [epoch]);
  }
}

function requirePlace(name: string): SealedPlace {
  const place = sealedPlaces.find((each) => each.name === name);
  if (place === undefined) throw new DatabaseError('failed', `nothing is sealed in ${name}`);
  return place;
}
