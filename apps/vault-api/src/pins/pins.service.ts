import type { PinList, SignedStatement } from '@coffer/contracts';
import { signedStatementFromJson } from '@coffer/evidence';
import { equalBytes, fromBase64Url, toBase64Url, toRfc3339 } from '@coffer/foundation';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '../platform/problem';
import { VaultParts } from '../platform/vault-parts';
import { RepositoryAccess } from '../storage/repository-access';

/** What a purge or a certificate relies on, and how the person lets go of it. */
@Injectable()
export class PinsService {
  readonly #parts: VaultParts;
  readonly #access: RepositoryAccess;

  constructor(@Inject(VaultParts) parts: VaultParts, access: RepositoryAccess) {
    this.#parts = parts;
    this.#access = access;
  }

  async list(accountId: string, repositoryId: string): Promise<PinList> {
    const { repositoryId: id } = await this.#access.require(accountId, repositoryId);
    const pins = await this.#access.rows.pins(accountId, id);
    return {
      pins: pins.map(({ snapshotId, itemPath, sizeBytes, modifiedMs, sha256, proofId, objects, pinnedAtMs }) => ({
        ...{ snapshotId, itemPath, sizeBytes, modifiedAt: toRfc3339(modifiedMs), sha256: toBase64Url(sha256) },
        ...{ proofId, objects, pinnedAt: toRfc3339(pinnedAtMs) },
      })),
    };
  }

  /** @throws ProblemError `not-found` unless the statement names a pinned item in every field, its date included */
  async release(accountId: string, repositoryId: string, statement: SignedStatement): Promise<void> {
    const id = fromBase64Url(repositoryId);
    const signed = signedStatementFromJson(statement);
    await this.#parts.accounts.within(accountId, async (session) => {
      const { body, statement: verified } = await session.requireStatement('release-pin', signed);
      if (!equalBytes(body.repositoryId, id)) {
        throw new ProblemError('statement-invalid', 'The statement names another repository.');
      }
      const within = this.#access.rows.within(session.transaction.sql);
      await this.#access.lockOwn(within, session.account, id);
      const pins = await this.#access.rows.pins(accountId, id);
      const isDated = pins.some(
        ({ snapshotId, itemPath, modifiedMs }) =>
          snapshotId === body.snapshotId && itemPath === body.itemPath && modifiedMs === body.modifiedMs,
      );
      if (!isDated || (await within.releasePins(accountId, body)) === 0) {
        throw new ProblemError('not-found', 'No pinned item has this path, size, date and hash.');
      }
      await session.append('pin-released', { repositoryId: id, sha256: body.sha256, bodyHash: verified.bodyHash });
    });
  }
}
