import type { QueueFigures } from '@coffer/jobs';
import type { CourierStep } from '@coffer/notices';
import { counter, gauge, type Registry } from '@coffer/observability';
import type { PurgeStepResult } from '@coffer/purge';

/** What the worker tells of itself; no label names an account. */
export interface WorkerMetrics {
  count(result: PurgeStepResult): void;
  fencedOut(): void;
  jobs(figures: readonly QueueFigures[]): void;
  /** What became of a message that was due. */
  notice(step: CourierStep): void;
}

export function workerMetrics(registry: Registry): WorkerMetrics {
  const steps = counter(registry, 'coffer_purge_steps_total', 'Steps of purges by what they did', ['did']);
  const hashed = counter(registry, 'coffer_purge_plaintext_read_bytes_total', 'Plaintext read to hash it');
  const fetched = counter(registry, 'coffer_purge_ciphertext_read_bytes_total', 'Ciphertext fetched to compare it');
  const fenced = counter(
    registry,
    'coffer_purge_fenced_out_total',
    'Writes refused because another worker held the account',
  );
  const messages = counter(registry, 'coffer_notice_messages_total', 'Messages of notices by what became of them', [
    'did',
  ]);
  const jobs = gauge(registry, 'coffer_jobs', 'Jobs by queue and state', ['queue', 'state']);
  return {
    count: ({ did, bytesHashed, bytesFetched }) => {
      steps.inc({ did });
      hashed.inc(bytesHashed);
      fetched.inc(bytesFetched);
    },
    fencedOut: () => fenced.inc(),
    notice: (did) => messages.inc({ did }),
    jobs: (figures) => {
      for (const { name: queue, waiting, running, failed } of figures) {
        jobs.set({ queue, state: 'waiting' }, waiting);
        jobs.set({ queue, state: 'running' }, running);
        jobs.set({ queue, state: 'failed' }, failed);
      }
    },
  };
}
