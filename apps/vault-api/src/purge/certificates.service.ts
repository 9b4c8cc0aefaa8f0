import { setTimeout as pause } from 'node:timers/promises';
import type { CertificateList } from '@coffer/contracts';
import { PgLedgerStore, purgeReader, type CertificateParts, type PurgeReader } from '@coffer/database';
import { encodeCertificateFile, inclusionProof } from '@coffer/evidence';
import { fromUtf8, toRfc3339 } from '@coffer/foundation';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '../platform/problem';
import { VaultParts } from '../platform/vault-parts';

/** How often, and how far apart, a certificate is asked for whose event is not in the tree yet. */
const tries = 30;
const betweenTriesMs = 100;

/** Deletion certificates: the list, and the file that anyone can check off-line. */
@Injectable()
export class CertificatesService {
  readonly #reader: PurgeReader;
  readonly #ledger: PgLedgerStore;

  constructor(@Inject(VaultParts) parts: VaultParts) {
    this.#reader = purgeReader(parts.database);
    this.#ledger = new PgLedgerStore(parts.database);
  }

  async list(accountId: string): Promise<CertificateList> {
    const rows = await this.#reader.certificates(accountId);
    return {
      certificates: rows.map(({ certificateId, startedAtMs, finishedAtMs, objects, bytes, eventNumber }) => ({
        ...{ certificateId, purgeId: certificateId, objects, bytes, eventNumber },
        ...{ startedAt: toRfc3339(startedAtMs), finishedAt: toRfc3339(finishedAtMs) },
      })),
    };
  }

  /**
   * The certificate file, byte for byte, under the newest published checkpoint.
   *
   * @throws ProblemError `not-found`; `service-unavailable` where the sequencer has not taken its event in
   */
  async file(accountId: string, certificateId: string): Promise<string> {
    for (let attempt = 0; attempt < tries; attempt++) {
      const parts = await this.#reader.certificate(accountId, certificateId);
      if (parts === undefined) throw new ProblemError('not-found', 'The account has no such certificate.');
      const file = await this.#assemble(parts);
      if (file !== undefined) return file;
      await pause(betweenTriesMs);
    }
    throw new ProblemError('service-unavailable', 'The ledger has not recorded the certificate yet; ask again.');
  }

  async #assemble({ note, names, event, salt, leafIndex }: CertificateParts): Promise<string | undefined> {
    if (leafIndex === null) return undefined;
    const { anchoredSize: treeSize, anchoredNote: checkpoint } = await this.#ledger.head();
    if (leafIndex >= treeSize) return undefined;
    const inclusion = await inclusionProof(this.#ledger.hashes, leafIndex, treeSize);
    return fromUtf8(encodeCertificateFile({ certificate: note, event, salt, leafIndex, inclusion, checkpoint, names }));
  }
}
