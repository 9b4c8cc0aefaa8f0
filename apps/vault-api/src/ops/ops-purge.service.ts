import {
  limits,
  type OpsJobs,
  type OpsPurge,
  type OpsPurgeObject,
  type OpsPurgeObjectList,
  type PurgeBucket,
} from '@coffer/contracts';
import {
  OpsFigures,
  purgeEdits,
  type OpsObjectFilter,
  type OpsPurgeObjectRow,
  type PurgeEdits,
  type PurgeStateFigures,
} from '@coffer/database';
import { systemClock, toRfc3339 } from '@coffer/foundation';
import { bucketOf, purgeStates, retryObject } from '@coffer/purge';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '../platform/problem';
import { VaultParts } from '../platform/vault-parts';
import { PurgeJobs } from '../purge/purge-jobs';
import { pseudonymKey } from './ops-key';
import { fromCursor, toCursor } from './page-cursor';

const shownFailures = 50;

/** The purge and its jobs for staff: no location, path, name or hash, and accounts under pseudonyms. */
@Injectable()
export class OpsPurgeService {
  readonly #parts: VaultParts;
  readonly #jobs: PurgeJobs;
  readonly #edits: PurgeEdits;
  readonly #figures: Promise<OpsFigures>;

  constructor(@Inject(VaultParts) parts: VaultParts, jobs: PurgeJobs) {
    this.#parts = parts;
    this.#jobs = jobs;
    this.#edits = purgeEdits(parts.database);
    this.#figures = pseudonymKey(parts.sealer).then((key) => new OpsFigures(parts.database, key));
  }

  async funnel(): Promise<OpsPurge> {
    const figures = await this.#figures;
    const { states, providers, jobs, certificates } = await figures.purge();
    const counts = {
      waiting: sumOf(states, 'waiting'),
      kept: sumOf(states, 'kept'),
      failed: sumOf(states, 'failed'),
      done: sumOf(states, 'done'),
    };
    const found = total(states);
    return {
      at: toRfc3339(await figures.nowMs()),
      ...{ found, counts },
      isConserved: Object.values(counts).reduce((sum, { objects }) => sum + objects, 0) === found.objects,
      states: states.map(({ oldestDueAtMs, oldestSinceMs, ...state }) => ({
        ...state,
        oldestDueAt: instant(oldestDueAtMs),
        oldestSince: instant(oldestSinceMs),
      })),
      jobs: [...jobs],
      providers: providers.map((row) => ({ ...row, provider: row.provider as OpsPurgeObject['provider'] })),
      certificates,
    };
  }

  async objects(filter: OpsObjectFilter, cursor: string | undefined): Promise<OpsPurgeObjectList> {
    const after = cursor === undefined ? null : toPosition(cursor);
    const found = await (await this.#figures).purgeObjects(filter, after, limits.pageEntries + 1);
    const page = found.slice(0, limits.pageEntries);
    const last = found.length > page.length ? page.at(-1) : undefined;
    return {
      objects: page.map(toAnswer),
      nextCursor: last === undefined ? null : toCursor([last.changedAtMs, last.object.objectId]),
    };
  }

  /**
   * Lets a failed object go round again, from its first hash on.
   *
   * @param reason - goes into the account's ledger
   * @throws ProblemError `not-found`; `precondition-failed` where it has not failed
   */
  async retry(objectId: string, reason: string): Promise<OpsPurgeObject> {
    const accountId = await this.#edits.accountOf(objectId);
    if (accountId === undefined) throw new ProblemError('not-found', 'There is no found object of this id.');
    const object = await this.#parts.accounts.within(accountId, async (session) => {
      const { sql } = session.transaction;
      const locked = await this.#edits.lock(sql, accountId, objectId);
      if (locked === undefined) throw new ProblemError('not-found', 'There is no found object of this id.');
      if (locked.state !== 'failed') {
        throw new ProblemError('precondition-failed', 'Only an object that has failed can be tried again.');
      }
      const stored = await this.#edits.store(sql, accountId, retryObject(locked));
      await session.append('purge-resumed', { objectId, by: 'staff', reason });
      return stored;
    });
    await this.#jobs.wake(accountId);
    const account = await (await this.#figures).pseudonym(accountId);
    return toAnswer({ account, object, changedAtMs: systemClock.nowMs() });
  }

  async jobs(): Promise<OpsJobs> {
    const { queue } = this.#jobs;
    const failures = (await queue?.failures(shownFailures)) ?? [];
    return {
      at: toRfc3339(await (await this.#figures).nowMs()),
      queues: ((await queue?.figures()) ?? []).map((row) => ({
        ...{ queue: row.name, waiting: row.waiting, active: row.running, completed: row.completed, failed: row.failed },
        oldestWaitingAt: instant(row.oldestWaitingAtMs),
        lastCompletedAt: instant(row.lastCompletedAtMs),
      })),
      failures: failures.map(({ jobId, name, failedAtMs, attempts, code }) => ({
        ...{ jobId, queue: name, failedAt: toRfc3339(failedAtMs), attempts, code },
      })),
    };
  }
}

function toAnswer({ account, object, changedAtMs }: OpsPurgeObjectRow): OpsPurgeObject {
  const { objectId, found, state, reason, attempts, dueAtMs } = object;
  return {
    ...{ objectId, account, kind: found.kind, sizeBytes: found.sizeBytes, state, reason, attempts },
    provider: found.provider as OpsPurgeObject['provider'],
    bucket: bucketOf(state),
    changedAt: toRfc3339(changedAtMs),
    dueAt: instant(dueAtMs),
  };
}

function sumOf(states: readonly PurgeStateFigures[], bucket: PurgeBucket): { objects: number; bytes: number } {
  return total(states.filter(({ state }) => purgeStates.includes(state) && bucketOf(state) === bucket));
}

function total(states: readonly PurgeStateFigures[]): { objects: number; bytes: number } {
  return states.reduce((sum, { objects, bytes }) => ({ objects: sum.objects + objects, bytes: sum.bytes + bytes }), {
    objects: 0,
    bytes: 0,
  });
}

function toPosition(cursor: string): { readonly changedAtMs: number; readonly objectId: string } {
  const [changedAtMs, objectId] = fromCursor(cursor, ['number', 'string']);
  return { changedAtMs: Number(changedAtMs), objectId: String(objectId) };
}

function instant(atMs: number | null): string | null {
  return atMs === null ? null : toRfc3339(atMs);
}
