import type { ConsistencyProof, InclusionProof, LedgerEventList } from '@coffer/contracts';
import { limits } from '@coffer/contracts';
import { PgLedgerStore } from '@coffer/database';
import { consistencyProof, inclusionProof } from '@coffer/evidence';
import { toBase64Url } from '@coffer/foundation';
import { Controller, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Caller, type CallerFacts } from '../platform/caller';
import { ContractRoute } from '../platform/contract-route';
import { Input, type InputOf } from '../platform/input';
import { ProblemError } from '../platform/problem';
import { VaultParts } from '../platform/vault-parts';
import { LedgerTiles, type LedgerTile } from './ledger-tiles';

@Controller()
export class LedgerController {
  readonly #parts: VaultParts;
  readonly #ledger: PgLedgerStore;
  readonly #tiles: LedgerTiles;

  constructor(@Inject(VaultParts) parts: VaultParts) {
    this.#parts = parts;
    this.#ledger = new PgLedgerStore(parts.database);
    this.#tiles = new LedgerTiles(this.#ledger);
  }

  @ContractRoute('getCheckpoint')
  async checkpoint(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { anchoredNote } = await this.#ledger.head();
    void reply.type('text/plain; charset=utf-8');
    return anchoredNote;
  }

  @ContractRoute('getLedgerTile')
  async tile(
    @Input() { params }: InputOf<'getLedgerTile'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    return asImmutable(reply, await this.#tiles.hashes(Number(params.level), params.span));
  }

  @ContractRoute('getLedgerEntryBundle')
  async entryBundle(
    @Input() { params }: InputOf<'getLedgerEntryBundle'>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    return asImmutable(reply, await this.#tiles.entries(params.span));
  }

  @ContractRoute('getConsistencyProof')
  async consistency(@Input() { query }: InputOf<'getConsistencyProof'>): Promise<ConsistencyProof> {
    const { anchoredSize: treeSize } = await this.#ledger.head();
    const isAskable = query.from >= 1 && query.from <= query.to && query.to <= treeSize;
    if (!isAskable) throw new ProblemError('not-found', 'The tree has no such sizes.');
    const proof = await consistencyProof(this.#ledger.hashes, query.from, query.to);
    return { proof: proof.map((hash) => toBase64Url(hash)) };
  }

  @ContractRoute('listLedgerEvents')
  async events(
    @Caller() { account }: CallerFacts,
    @Input() { query }: InputOf<'listLedgerEvents'>,
  ): Promise<LedgerEventList> {
    const rows = await this.#parts.store.events(account.accountId, query.after ?? 0, limits.pageEntries);
    return {
      events: rows.map(({ number, event, salt, mac, leafIndex }) => ({
        ...{ number, leafIndex },
        event: toBase64Url(event),
        salt: toBase64Url(salt),
        mac: toBase64Url(mac),
      })),
      nextCursor: rows.length < limits.pageEntries ? null : (rows.at(-1)?.number ?? null),
    };
  }

  @ContractRoute('getInclusionProof')
  async inclusion(
    @Caller() { account }: CallerFacts,
    @Input() { params, query }: InputOf<'getInclusionProof'>,
  ): Promise<InclusionProof> {
    const leafIndex = await this.#parts.store.leafIndex(account.accountId, params.number);
    const { anchoredSize: treeSize } = await this.#ledger.head();
    if (leafIndex === null || query.size > treeSize || leafIndex >= query.size) {
      throw new ProblemError('not-found', 'The tree of that size does not hold this event.');
    }
    const proof = await inclusionProof(this.#ledger.hashes, leafIndex, query.size);
    return { leafIndex, size: query.size, proof: proof.map((hash) => toBase64Url(hash)) };
  }
}

/** What a tile's path names never changes, so every cache may keep it; a partial one is soon of no use. */
function asImmutable(reply: FastifyReply, { bytes, isFull }: LedgerTile): Buffer {
  const seconds = isFull ? 365 * 86_400 : 3600;
  void reply.type('application/octet-stream').header('cache-control', `public, max-age=${seconds}, immutable`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
