import type { PurgeObject as PurgeObjectAnswer, SignedStatement } from '@coffer/contracts';
import { purgeEdits, type PurgeEdits } from '@coffer/database';
import { signedStatementFromJson, type ReleasePlaintextBody } from '@coffer/evidence';
import { equalBytes } from '@coffer/foundation';
import { releaseObject, type PurgeObject } from '@coffer/purge';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '../platform/problem';
import { VaultParts } from '../platform/vault-parts';
import { toObjectAnswer } from './purge-answers';
import { PurgeJobs } from './purge-jobs';

/** Lets a copy go that no backup contains: the person names it by hash, size and date. */
@Injectable()
export class ReleasesService {
  readonly #parts: VaultParts;
  readonly #jobs: PurgeJobs;
  readonly #edits: PurgeEdits;

  constructor(@Inject(VaultParts) parts: VaultParts, jobs: PurgeJobs) {
    this.#parts = parts;
    this.#jobs = jobs;
    this.#edits = purgeEdits(parts.database);
  }

  /** @throws ProblemError `not-found`, `statement-invalid`; `checksum-mismatch` where it is not the copy that is there */
  async release(accountId: string, objectId: string, statement: SignedStatement): Promise<PurgeObjectAnswer> {
    const signed = signedStatementFromJson(statement);
    const stored = await this.#parts.accounts.within(accountId, async (session) => {
      const { body } = await session.requireStatement('release-plaintext', signed);
      if (body.objectId !== objectId) {
        throw new ProblemError('statement-invalid', 'The statement names another object.');
      }
      const { sql } = session.transaction;
      const object = await this.#edits.lock(sql, accountId, objectId);
      if (object === undefined) throw new ProblemError('not-found', 'The account has no such object.');
      requireSame(body, object);
      const { sha256, sizeBytes, modifiedMs } = body;
      const { ownerGeneration } = session.account;
      const released = releaseObject(object, { sha256, sizeBytes, modifiedMs, ownerGeneration });
      await session.append('plaintext-released', { objectId, sha256, sizeBytes, modifiedMs });
      await session.notify({
        kind: 'plaintext-released',
        severity: 'warning',
        title: 'An unencrypted backup was released',
        text: 'It will be deleted although no encrypted backup contains it. Stopping the purge keeps it.',
        eventNumber: null,
      });
      return this.#edits.store(sql, accountId, released);
    });
    await this.#jobs.wake(accountId);
    return toObjectAnswer(stored);
  }
}

function requireSame({ sha256, sizeBytes, modifiedMs }: ReleasePlaintextBody, { found, ...object }: PurgeObject): void {
  const isSame =
    found.sizeBytes === sizeBytes &&
    found.modifiedMs === modifiedMs &&
    (object.sha256 === null || equalBytes(object.sha256, sha256));
  if (!isSame) {
    throw new ProblemError(
      'checksum-mismatch',
      'The copy that is there has another hash, size or date; list it again.',
    );
  }
}
