import type { AccountChanges, AccountEvidence, RepairTransaction } from '@coffer/key-vault';
import type { Queryable } from '../database';
import { markRemoved, releaseAllPins } from '../repositories/repository-statements';
import { lockBudget } from '../vault/lock-statements';
import { PgAccountTransaction } from '../vault/pg-account-transaction';
import { readEvidence } from './read-evidence';
import * as sql from './repair-statements';

/** The repair of one account on PostgreSQL, inside its transaction. */
export class PgRepairTransaction implements RepairTransaction {
  readonly #accountId: string;
  readonly #sql: Queryable;
  readonly #account: PgAccountTransaction;

  constructor(accountId: string, queryable: Queryable) {
    this.#accountId = accountId;
    this.#sql = queryable;
    this.#account = new PgAccountTransaction(accountId, queryable);
  }

  async evidence(): Promise<AccountEvidence | undefined> {
    await this.#sql.rows(lockBudget, [this.#accountId]);
    await this.#sql.rows(sql.holdSequencer);
    const [evidence] = await readEvidence(this.#sql, [this.#accountId]);
    return evidence;
  }

  async seal(reason: string): Promise<void> {
    await this.#account.seal(reason);
  }

  async write(changes: AccountChanges): Promise<void> {
    await this.#writeChain(changes);
    const { budget, vetoedUntilMs, owner } = changes;
    const { remaining, attempt, nextAtMs, serial } = budget;
    await this.#sql.change(sql.putBudget, [this.#accountId, remaining, attempt, nextAtMs, serial, vetoedUntilMs]);
    const { generation, keyId, ownerPublicKey } = owner ?? { generation: 0, keyId: null, ownerPublicKey: null };
    await this.#sql.change(sql.putOwner, [this.#accountId, generation, keyId, ownerPublicKey]);
    await this.#sql.change(sql.keepRecord, [this.#accountId, serial]);
    await this.#sql.change(sql.endOpen, [this.#accountId]);
    await this.#writeRows(changes);
    await this.#account.addNotice(changes.notice);
  }

  async #writeChain({ events, sequencedNumber }: AccountChanges): Promise<void> {
    await this.#sql.change(sql.removeEvents, [this.#accountId]);
    await this.#sql.change(sql.putEvents, [
      this.#accountId,
      ...[events.map(({ number }) => number), events.map(({ event }) => event), events.map(({ hash }) => hash)],
      ...[events.map(({ mac }) => mac), events.map(({ salt }) => salt), events.map(({ fields }) => fields.kind)],
      ...[events.map(({ fields }) => fields.atMs), events.map(({ fields }) => fields.remaining)],
      ...[events.map(({ fields }) => fields.attempt), events.map(({ fields }) => fields.nextAtMs ?? -1)],
      events.map(({ fields }) => fields.serial),
    ]);
    await this.#sql.change(sql.emptyQueue, [this.#accountId]);
    await this.#sql.change(sql.fillQueue, [this.#accountId, sequencedNumber]);
  }

  async #writeRows(changes: AccountChanges): Promise<void> {
    const { endedKeyslots, newKeyslots, newStarts, removedRepositories, deletion } = changes;
    for (const { keyslotId } of endedKeyslots) {
      await this.#account.endKeyslot(keyslotId, 'removed');
      await this.#account.deletePasskey(keyslotId);
    }
    for (const keyslot of newKeyslots) await this.#account.insertKeyslot(keyslot);
    for (const row of newStarts) {
      await this.#sql.change(sql.putNewStart, [
        ...[this.#accountId, row.newStartId, row.state, row.begunAtMs, row.opensAtMs, row.closesAtMs],
        ...[row.ownerGeneration, row.keyId, row.ownerPublicKey],
        ...[row.finishedAtMs, row.undoUntilMs, row.stepAtMs],
      ]);
    }
    for (const repositoryId of removedRepositories) {
      await this.#sql.change(markRemoved, [this.#accountId, repositoryId]);
      await this.#sql.change(releaseAllPins, [this.#accountId, repositoryId]);
    }
    await this.#sql.change(sql.dropWaitingDeletion, [this.#accountId]);
    if (deletion === null) return;
    if (deletion.state === 'closed') await this.#account.deletion.close();
    await this.#account.deletion.put(deletion);
  }
}
