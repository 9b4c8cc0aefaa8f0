import type { EpochRound, KeptFor } from '@coffer/key-vault';
import { counter, gauge, type Registry } from '@coffer/observability';

/** What a process shows of the sealing epochs; only the one that looks after them shows figures. */
export interface SealingMetrics {
  observe(round: EpochRound, nowMs: number): void;
}

const reasons: readonly KeptFor[] = ['rows', 'time', 'drill'];

/** Makes the metrics of the sealing epochs in a registry. */
export function sealingMetrics(registry: Registry): SealingMetrics {
  const epochs = gauge(registry, 'coffer_sealing_epochs', 'Sealing keys that exist');
  const age = gauge(registry, 'coffer_sealing_oldest_key_age_seconds', 'Age of the oldest sealing key that exists');
  const resealed = counter(registry, 'coffer_sealing_resealed_total', 'Values that this process sealed anew');
  const unopenable = gauge(
    registry,
    'coffer_sealing_unopenable',
    'Sealed values that did not open when they were last to be sealed anew',
    ['place'],
  );
  const destroyed = counter(
    registry,
    'coffer_sealing_keys_destroyed_total',
    'Sealing keys that this process destroyed',
  );
  const keptFor = gauge(
    registry,
    'coffer_sealing_former_key_kept',
    '1 for the reason why the oldest former key is still kept: rows, time or drill',
    ['reason'],
  );
  return {
    observe: (round, nowMs) => {
      epochs.set(round.epochs.length);
      const [oldest] = round.epochs;
      if (oldest !== undefined) age.set((nowMs - oldest.createdAtMs) / 1000);
      destroyed.inc(round.destroyed.length);
      for (const reason of reasons) keptFor.set({ reason }, round.keptFor === reason ? 1 : 0);
      if (round.reseal === undefined) return;
      resealed.inc(round.reseal.moved);
      unopenable.reset();
      for (const [place, values] of round.reseal.unopenable) unopenable.set({ place }, values);
    },
  };
}
