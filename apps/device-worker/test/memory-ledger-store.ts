import type { LedgerStore, LedgerUpdate } from '../src/ledger-store';

/** Keeps what was seen for as long as a test lasts. */
export class MemoryLedgerStore implements LedgerStore {
  readonly kept = new Map<string, string>();
  keepsNothing = false;

  async update<Result>(
    vaultId: string,
    act: (kept: string | undefined) => Promise<LedgerUpdate<Result>>,
  ): Promise<{ readonly result: Result; readonly isKept: boolean }> {
    const { next, result } = await act(this.kept.get(vaultId));
    if (!this.keepsNothing) this.kept.set(vaultId, next);
    return { result, isKept: !this.keepsNothing };
  }
}
