import { limits, type AcceptedProof, type ProofNonce, type SignedStatement } from '@coffer/contracts';
import { randomBytes } from '@coffer/crypto';
import { purgeReader, type PurgeReader } from '@coffer/database';
import { decodeHead, requireProofFoundations, signedStatementFromJson } from '@coffer/evidence';
import { equalBytes, toBase64Url, toRfc3339 } from '@coffer/foundation';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '../platform/problem';
import { VaultParts } from '../platform/vault-parts';
import { PurgeJobs } from '../purge/purge-jobs';
import { RepositoryAccess } from '../storage/repository-access';
import { objectIdsOf, requireFoundItems } from './check-proof';

/** Takes proofs of restorability, and pins what they rest on. */
@Injectable()
export class ProofsService {
  readonly #parts: VaultParts;
  readonly #access: RepositoryAccess;
  readonly #jobs: PurgeJobs;
  readonly #reader: PurgeReader;

  constructor(@Inject(VaultParts) parts: VaultParts, access: RepositoryAccess, jobs: PurgeJobs) {
    this.#parts = parts;
    this.#access = access;
    this.#jobs = jobs;
    this.#reader = purgeReader(parts.database);
  }

  async nonce(accountId: string): Promise<ProofNonce> {
    const nonce = randomBytes(32);
    const life = limits.proofNonceSeconds;
    const expiresAtMs = await this.#parts.store.issueChallenge(accountId, nonce, 'proof', life);
    return { nonce: toBase64Url(nonce), expiresAt: toRfc3339(expiresAtMs) };
  }

  /**
   * Accepts a proof: by the current owner key, over a nonce of the vault and the current head, about objects that the vault
   * found, each resting on config and keyring too. Proof, pins and event come to be together or not at all; what a pin holds is refused to every delete from then on.
   *
   * @throws ProblemError `not-found`, `head-behind`, `statement-invalid`, `wrong-owner-generation`, `challenge-spent`
   */
  async accept(accountId: string, statement: SignedStatement): Promise<AcceptedProof> {
    const signed = signedStatementFromJson(statement);
    const accepted = await this.#parts.accounts.within(accountId, async (session) => {
      const { account, transaction } = session;
      const { body: proof, statement: verified } = session.verifyStatement('proof', signed);
      if (!(await transaction.spendChallenge(verified.challenge, 'proof'))) {
        throw new ProblemError('challenge-spent', 'The nonce was used before or has expired; ask for a new one.');
      }
      const { keyId, ownerPublicKey, ownerGeneration } = account;
      if (keyId === null || ownerPublicKey === null || !equalBytes(proof.keyId, keyId)) {
        throw new ProblemError('wrong-owner-generation', 'The proof was made under another key.');
      }
      const within = this.#access.rows.within(transaction.sql);
      const row = await this.#access.lockOwn(within, account, proof.repositoryId);
      if (row.headHash === null || row.head === null || !equalBytes(row.headHash, proof.headHash)) {
        throw new ProblemError('head-behind', 'The proof was made of another head; verify the current one.');
      }
      requireProofFoundations(proof, decodeHead(row.head.body));
      requireFoundItems(proof, await this.#reader.find(transaction.sql, accountId, objectIdsOf(proof)));
      const proofHash = verified.bodyHash;
      const proofId = await within.acceptProof({
        ...{ accountId, ownerGeneration, ownerPublicKey, signed, proof, proofHash },
      });
      const { repositoryId, items } = proof;
      await session.append('proof-accepted', { proofId, proofHash, repositoryId, items: items.length });
      return { proofId, items };
    });
    await this.#jobs.wake(accountId);
    return {
      proofId: accepted.proofId,
      accepted: accepted.items.map(({ provider, location, objectId, version }) => ({
        ...{ provider, location, objectId, version: version === '' ? null : version },
      })),
    };
  }
}
