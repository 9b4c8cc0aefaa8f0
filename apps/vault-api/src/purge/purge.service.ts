import { limits, type PurgeBucket, type PurgeJob, type PurgeObjectList, type SignedStatement } from '@coffer/contracts';
import { purgeMandates, purgeReader, type PurgeReader } from '@coffer/database';
import { signedStatementFromJson } from '@coffer/evidence';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '../platform/problem';
import { VaultParts } from '../platform/vault-parts';
import { toJobAnswer, toObjectAnswer } from './purge-answers';
import { PurgeJobs } from './purge-jobs';

/** How far the consent that a statement names may lie from now: a fresh login, and the clocks of devices. */
const consentWindowMs = (limits.freshLoginSeconds + limits.clockSkewSeconds) * 1000;

/** What the person says about the purge, and what they see of it. */
@Injectable()
export class PurgeService {
  readonly #parts: VaultParts;
  readonly #jobs: PurgeJobs;
  readonly #reader: PurgeReader;

  constructor(@Inject(VaultParts) parts: VaultParts, jobs: PurgeJobs) {
    this.#parts = parts;
    this.#jobs = jobs;
    this.#reader = purgeReader(parts.database);
  }

  async view(accountId: string): Promise<PurgeJob> {
    return toJobAnswer(await this.#reader.view(accountId));
  }

  async objects(
    accountId: string,
    bucket: PurgeBucket | undefined,
    cursor: string | undefined,
  ): Promise<PurgeObjectList> {
    if (cursor !== undefined && !/^[0-9a-f-]{36}$/.test(cursor)) {
      throw new ProblemError('malformed', 'The cursor is not one that a former page gave.');
    }
    const limit = limits.pageEntries + 1;
    const found = await this.#reader.objects(accountId, { after: cursor ?? null, bucket: bucket ?? null, limit });
    const page = found.slice(0, limits.pageEntries);
    const hasMore = found.length > page.length;
    return { objects: page.map(toObjectAnswer), nextCursor: hasMore ? (page.at(-1)?.objectId ?? null) : null };
  }

  /**
   * Starts the purge, or starts it anew: also where it runs, for this is how its grace is shortened. The caller's sign-in was
   * found to be fresh.
   *
   * @throws ProblemError `statement-invalid`
   */
  async start(accountId: string, statement: SignedStatement): Promise<PurgeJob> {
    const signed = signedStatementFromJson(statement);
    await this.#parts.accounts.within(accountId, async (session) => {
      const { body } = await session.requireStatement('start-purge', signed);
      if (Math.abs(session.nowMs - body.consentAtMs) > consentWindowMs) {
        throw new ProblemError('statement-invalid', 'The consent that the statement names was not given just now.');
      }
      const { ownerGeneration } = session.account;
      const given = { ...body, atMs: session.nowMs, ownerGeneration, signed };
      await purgeMandates.give(session.transaction.sql, accountId, given);
      await session.append('purge-started', { ...body });
      await session.notify({
        kind: 'purge-started',
        severity: 'warning',
        title: 'Unencrypted backups will be deleted',
        text: 'Each copy goes only after its very bytes were found in your encrypted backup. You can stop this at any time.',
        eventNumber: null,
      });
    });
    return this.#wakeAndView(accountId);
  }

  /** @throws ProblemError `not-found` where nothing was ever started */
  async resume(accountId: string, statement: SignedStatement): Promise<PurgeJob> {
    const signed = signedStatementFromJson(statement);
    await this.#parts.accounts.within(accountId, async (session) => {
      const { body } = await session.requireStatement('resume-purge', signed);
      const { sql } = session.transaction;
      const { start } = await purgeMandates.read(sql, accountId);
      if (start === null) throw new ProblemError('not-found', 'No purge was started that could be resumed.');
      const { ownerGeneration } = session.account;
      // Consent is what was given in a fresh login; a resume adds none.
      const given = {
        consentAtMs: null,
        graceSeconds: body.graceSeconds,
        atMs: session.nowMs,
        ownerGeneration,
        signed,
      };
      await purgeMandates.give(sql, accountId, given);
      await session.append('purge-resumed', { graceSeconds: body.graceSeconds });
    });
    return this.#wakeAndView(accountId);
  }

  /** A token is enough: who has just lost the key must be able to stop it. */
  async stop(accountId: string): Promise<PurgeJob> {
    await this.#parts.accounts.within(accountId, async (session) => {
      if (!(await purgeMandates.stop(session.transaction.sql, accountId, session.nowMs))) return;
      await session.append('purge-stopped', {});
      await session.notify({
        kind: 'purge-stopped',
        severity: 'info',
        title: 'The deleting of unencrypted backups was stopped',
        text: 'What is still there stays. Going on needs your backup key.',
        eventNumber: null,
      });
    });
    return this.#wakeAndView(accountId);
  }

  async #wakeAndView(accountId: string): Promise<PurgeJob> {
    await this.#jobs.wake(accountId);
    return this.view(accountId);
  }
}
