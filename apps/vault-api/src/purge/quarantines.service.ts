import type { PurgeObject as PurgeObjectAnswer, SignedStatement } from '@coffer/contracts';
import { purgeEdits, type PurgeEdits } from '@coffer/database';
import { signedStatementFromJson } from '@coffer/evidence';
import { PurgeError, quarantineObject, type PurgeObject } from '@coffer/purge';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '../platform/problem';
import { VaultParts } from '../platform/vault-parts';
import { toObjectAnswer } from './purge-answers';
import { PurgeJobs } from './purge-jobs';

/** Keeps a copy that a device could not read: what nobody can read may still be somebody's only history. */
@Injectable()
export class QuarantinesService {
  readonly #parts: VaultParts;
  readonly #jobs: PurgeJobs;
  readonly #edits: PurgeEdits;

  constructor(@Inject(VaultParts) parts: VaultParts, jobs: PurgeJobs) {
    this.#parts = parts;
    this.#jobs = jobs;
    this.#edits = purgeEdits(parts.database);
  }

  /** @throws ProblemError `not-found`, `statement-invalid`; `precondition-failed` where nothing is there that could be kept */
  async quarantine(accountId: string, objectId: string, statement: SignedStatement): Promise<PurgeObjectAnswer> {
    const signed = signedStatementFromJson(statement);
    const stored = await this.#parts.accounts.within(accountId, async (session) => {
      const { body } = await session.requireStatement('quarantine-plaintext', signed);
      if (body.objectId !== objectId) {
        throw new ProblemError('statement-invalid', 'The statement names another object.');
      }
      const { sql } = session.transaction;
      const object = await this.#edits.lock(sql, accountId, objectId);
      if (object === undefined) throw new ProblemError('not-found', 'The account has no such object.');
      const kept = quarantined(object, body.reason);
      await session.append('plaintext-quarantined', { objectId, sha256: object.sha256, reason: body.reason });
      await session.notify({
        kind: 'plaintext-quarantined',
        severity: 'info',
        title: 'An unencrypted backup is kept, for a device could not read it',
        text: 'It is not deleted unless you release it by its hash, size and date.',
        eventNumber: null,
      });
      return this.#edits.store(sql, accountId, kept);
    });
    await this.#jobs.wake(accountId);
    return toObjectAnswer(stored);
  }
}

function quarantined(object: PurgeObject, reason: string): PurgeObject {
  try {
    return quarantineObject(object, reason);
  } catch (error) {
    if (!(error instanceof PurgeError)) throw error;
    throw new ProblemError(
      'precondition-failed',
      'This copy is gone, out of reach, or no backup: there is nothing that could be kept. List the found objects again.',
      { cause: error },
    );
  }
}
