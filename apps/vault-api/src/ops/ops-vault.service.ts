import type { OpsLedger, OpsStorage, OpsVault, OpsWindow } from '@coffer/contracts';
import { limits } from '@coffer/contracts';
import { OpsFigures, type OpsEventRow } from '@coffer/database';
import { toRfc3339 } from '@coffer/foundation';
import { Inject, Injectable } from '@nestjs/common';
import { VaultParts } from '../platform/vault-parts';
import { RepositoryAccess } from '../storage/repository-access';
import { pseudonymKey } from './ops-key';
import { fromCursor, toCursor } from './page-cursor';
import { requestFigures, type HistogramValue } from './request-figures';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Length of a window's steps, and how many there are. */
const windows: Readonly<Record<OpsWindow, { readonly stepMs: number; readonly steps: number }>> = {
  '1h': { stepMs: 5 * minuteMs, steps: 12 },
  '24h': { stepMs: hourMs, steps: 24 },
  '7d': { stepMs: 6 * hourMs, steps: 28 },
};

/** How long the store is waited for before it is shown as out of reach. */
const storePatienceMs = 3_000;

/** Figures of vault, ledger and storage for staff. */
@Injectable()
export class OpsVaultService {
  readonly #parts: VaultParts;
  readonly #access: RepositoryAccess;
  readonly #figures: Promise<OpsFigures>;

  constructor(@Inject(VaultParts) parts: VaultParts, access: RepositoryAccess) {
    this.#parts = parts;
    this.#access = access;
    this.#figures = pseudonymKey(parts.sealer).then((key) => new OpsFigures(parts.database, key));
  }

  async vault(window: OpsWindow): Promise<OpsVault> {
    const figures = await this.#figures;
    const nowMs = await figures.nowMs();
    const { stepMs, steps } = windows[window];
    const fromMs = nowMs - stepMs * steps;
    const series = await figures.vaultSeries(fromMs, stepMs, steps);
    const now = await figures.vault();
    const total = (name: 'guesses' | 'proven' | 'shreds'): number => series.reduce((sum, step) => sum + step[name], 0);
    const [guesses, proven] = [total('guesses'), total('proven')];
    return {
      ...{ at: toRfc3339(nowMs), window },
      sealed: { isSealed: now.isSealed === true, reason: now.sealedReason, accounts: now.sealedAccounts },
      accounts: { total: now.total, owned: now.owned },
      keyslots: { digits: now.digits, password: now.password, passkey: now.passkey },
      requests: requestFigures(await this.#histogram(), process.uptime()),
      guesses: { total: guesses, proven, unproven: Math.max(0, guesses - proven) },
      ...{ nearLockouts: now.nearLockouts, lockouts: now.lockouts, shreds: total('shreds') },
      anchor: {
        kind: this.#parts.anchors.anchors.map(({ kind }) => kind).join(', '),
        lagSeconds: now.anchoredAtMs === null ? null : Math.max(0, nowMs - now.anchoredAtMs) / 1000,
        acknowledgedAt: instant(now.anchoredAtMs),
        treeSize: now.treeSize ?? 0,
      },
      sealing: {
        kind: this.#parts.sealer.kind,
        oldestKeyAt: instant(now.oldestKeyAtMs),
        keys: now.sealingKeys,
        drilledAt: instant(now.drilledAtMs),
      },
      series: series.map(({ step, ...counts }) => ({ at: toRfc3339(fromMs + step * stepMs), ...counts })),
    };
  }

  async storage(): Promise<OpsStorage> {
    const figures = await this.#figures;
    const { newestHeadAtMs, countedAtMs, ...counts } = await figures.storage();
    return {
      at: toRfc3339(await figures.nowMs()),
      store: { kind: this.#parts.config.repositoryStore.split(':')[0] ?? '', isReachable: await this.#isReachable() },
      newestHeadAt: instant(newestHeadAtMs),
      // Counted by the worker, from a listing: a counter that every upload writes to would make them wait for each other.
      countedAt: instant(countedAtMs),
      ...counts,
    };
  }

  async ledger(filter: {
    readonly cursor: string | undefined;
    readonly account: string | undefined;
    readonly kind: string | undefined;
  }): Promise<OpsLedger> {
    const figures = await this.#figures;
    const { cursor, account = null, kind = null } = filter;
    const after = cursor === undefined ? null : toPosition(cursor);
    const found = await figures.ledgerEvents({ account, kind }, after, limits.pageEntries + 1);
    const events = found.slice(0, limits.pageEntries);
    const last = found.length > events.length ? events.at(-1) : undefined;
    const head = await figures.ledger();
    return {
      at: toRfc3339(await figures.nowMs()),
      check: {
        holds: head?.holds ?? null,
        checkedAt: instant(head?.checkedAtMs ?? null),
        treeSize: head?.treeSize ?? 0,
        unsequenced: head?.unsequenced ?? 0,
      },
      checkpoint: head?.note ?? null,
      events: events.map(toEvent),
      nextCursor: last === undefined ? null : toCursor([last.atMs, last.account, last.number]),
    };
  }

  async #histogram(): Promise<readonly HistogramValue[]> {
    const metric = this.#parts.metrics.getSingleMetric('coffer_http_request_duration_seconds');
    return metric === undefined ? [] : (await metric.get()).values;
  }

  async #isReachable(): Promise<boolean> {
    const look = async (): Promise<boolean> => {
      for await (const _first of this.#access.store.list('', { limit: 1 })) break;
      return true;
    };
    const patience = new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(false), storePatienceMs).unref();
    });
    return Promise.race([look(), patience]).catch(() => false);
  }
}

function toPosition(cursor: string): { readonly atMs: number; readonly account: string; readonly number: number } {
  const [atMs, account, number] = fromCursor(cursor, ['number', 'string', 'number']);
  return { atMs: Number(atMs), account: String(account), number: Number(number) };
}

function toEvent({ atMs, nextAtMs, ...event }: OpsEventRow): OpsLedger['events'][number] {
  return { ...event, at: toRfc3339(atMs), nextAt: instant(nextAtMs) };
}

function instant(atMs: number | null): string | null {
  return atMs === null ? null : toRfc3339(atMs);
}
