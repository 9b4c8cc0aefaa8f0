import type { OpsJobs } from '@coffer/contracts';
import { EmptyState } from '@coffer/web-ui';
import type { ReactNode } from 'react';
import { DataTable } from '../figures/data-table';
import { formatCount, formatWord } from '../figures/format';
import { Instant } from '../figures/instant';
import { Panel } from '../figures/panel';
import { Tiles } from '../figures/tiles';

/** Queues of the workers, and what failed in them. */
export function JobsScreen({ jobs }: { readonly jobs: OpsJobs }): ReactNode {
  const sum = (name: 'waiting' | 'active' | 'failed') => jobs.queues.reduce((total, queue) => total + queue[name], 0);
  return (
    <>
      <Tiles
        tiles={[
          { name: 'Waiting', value: formatCount(sum('waiting')) },
          { name: 'Active', value: formatCount(sum('active')) },
          {
            name: 'Failed',
            value: formatCount(sum('failed')),
            tone: sum('failed') > 0 ? 'watch' : 'good',
            note: sum('failed') > 0 ? 'see below' : 'nothing failed',
          },
        ]}
      />
      <Panel title="Queues">
        <DataTable
          caption="Queues"
          columns={[
            { title: 'Queue', cell: ({ queue }) => formatWord(queue) },
            { title: 'Waiting', cell: ({ waiting }) => formatCount(waiting), isNumber: true },
            { title: 'Active', cell: ({ active }) => formatCount(active), isNumber: true },
            { title: 'Completed', cell: ({ completed }) => formatCount(completed), isNumber: true },
            { title: 'Failed', cell: ({ failed }) => formatCount(failed), isNumber: true },
            { title: 'Next due', cell: ({ oldestWaitingAt }) => <Since at={oldestWaitingAt} from={jobs.at} /> },
            { title: 'Last completed', cell: ({ lastCompletedAt }) => <Instant at={lastCompletedAt} from={jobs.at} /> },
          ]}
          rows={jobs.queues}
          keyOf={({ queue }) => queue}
          empty={<EmptyState title="No queue yet">Queues appear when a worker has started once.</EmptyState>}
        />
      </Panel>
      <Panel title="Failures" hint="Newest first. The code says what; the worker’s log says more.">
        <DataTable
          caption="Failed jobs"
          columns={[
            { title: 'Job', cell: ({ jobId }) => <code className="font-mono text-sm">{jobId}</code> },
            { title: 'Queue', cell: ({ queue }) => formatWord(queue) },
            { title: 'Code', cell: ({ code }) => code },
            { title: 'Tries', cell: ({ attempts }) => formatCount(attempts), isNumber: true },
            { title: 'Failed', cell: ({ failedAt }) => <Instant at={failedAt} from={jobs.at} /> },
          ]}
          rows={jobs.failures}
          keyOf={({ jobId }) => jobId}
          empty={<p className="text-muted">No job has failed.</p>}
        />
      </Panel>
    </>
  );
}

function Since({ at, from }: { readonly at: string | null; readonly from: string }): ReactNode {
  return at === null ? <span className="text-muted">nothing waits</span> : <Instant at={at} from={from} />;
}
