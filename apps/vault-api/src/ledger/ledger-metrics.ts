import type { SequencerRound } from '@coffer/key-vault';
import { counter, gauge, type Counter, type Registry } from '@coffer/observability';

/** What a process shows of the ledger. */
export interface LedgerMetrics {
  observe(round: SequencerRound): void;
  /** When every account and the whole tree were last read through, by this process. */
  checked(lastWhole: { readonly chains: number | undefined; readonly tree: number | undefined }): void;
  readonly anchorFailures: Counter<'anchor'>;
}

/** Makes the ledger's metrics in a registry. */
export function ledgerMetrics(registry: Registry): LedgerMetrics {
  const events = counter(registry, 'coffer_ledger_events_total', 'Events that this process took into the tree');
  const treeSize = gauge(registry, 'coffer_ledger_tree_size', 'Events in the tree as this process last saw it');
  const anchored = gauge(registry, 'coffer_ledger_anchored_size', 'Events that the anchors have acknowledged');
  const anchorFailures = counter(
    registry,
    'coffer_anchor_failures_total',
    'Times that an anchor did not take what it was given',
    ['anchor'],
  );
  const age = gauge(
    registry,
    'coffer_ledger_whole_check_age_seconds',
    'Since every account, or the whole tree, was last read through by this process',
    ['part'],
  );
  return {
    anchorFailures,
    checked: ({ chains, tree }) => {
      for (const [part, at] of Object.entries({ chains, tree })) {
        if (at !== undefined) age.set({ part }, (performance.now() - at) / 1000);
      }
    },
    observe: (round) => {
      events.inc(round.appended);
      treeSize.set(round.treeSize);
      anchored.set(round.anchoredSize);
    },
  };
}
