import { purgeBuckets, type OpsPurge, type PurgeBucket } from '@coffer/contracts';
import { Alert } from '@coffer/web-ui';
import type { ReactNode } from 'react';
import { toAddress } from '../figures/address';
import { DataTable } from '../figures/data-table';
import { formatBytes, formatCount, formatWord } from '../figures/format';
import { Instant } from '../figures/instant';
import { Panel } from '../figures/panel';
import { ShareBar } from '../figures/share-bar';
import { Tiles } from '../figures/tiles';

const bucketNotes: Readonly<Record<PurgeBucket, string>> = {
  waiting: 'still on their way',
  kept: 'stopped, held elsewhere or in quarantine',
  failed: 'staff may retry',
  done: 'deleted, looked for twice, certified',
};

/** The purge of plaintext backups: funnel, buckets and their sum, providers, jobs. */
export function PurgeScreen({ purge }: { readonly purge: OpsPurge }): ReactNode {
  const { counts, found } = purge;
  return (
    <>
      {!purge.isConserved && (
        <Alert tone="danger" title="Found objects and the sum of the buckets differ">
          Some object was lost or counted twice. Stop the workers and read the runbook before anything else is deleted.
        </Alert>
      )}
      <Tiles
        tiles={[
          {
            name: 'Found',
            value: formatCount(found.objects),
            note: `${formatBytes(found.bytes)}; ${purge.isConserved ? 'equals the sum of the buckets' : 'does not equal the sum of the buckets'}`,
            tone: purge.isConserved ? 'good' : 'bad',
          },
          ...purgeBuckets.map((bucket) => ({
            name: `In “${bucket}”`,
            value: formatCount(counts[bucket].objects),
            note: `${formatBytes(counts[bucket].bytes)}; ${bucketNotes[bucket]}`,
            tone: bucket === 'failed' && counts.failed.objects > 0 ? ('watch' as const) : ('plain' as const),
          })),
          { name: 'Certificates', value: formatCount(purge.certificates), note: 'deletion certificates issued' },
        ]}
      />
      <StatePanel purge={purge} />
      <div className="grid gap-6 *:min-w-0 lg:grid-cols-2">
        <ProviderPanel purge={purge} />
        <AccountPanel purge={purge} />
      </div>
    </>
  );
}

function StatePanel({ purge }: { readonly purge: OpsPurge }): ReactNode {
  return (
    <Panel title="Funnel" hint="Every found object is in exactly one state. A state’s name shows its objects.">
      <DataTable
        caption="Objects by state"
        columns={[
          {
            title: 'State',
            cell: ({ state }) => (
              <a className="text-accent underline" href={`${toAddress('/purge', { state })}#objects`}>
                {formatWord(state)}
              </a>
            ),
          },
          {
            title: 'Share',
            cell: ({ state, objects }) => <ShareBar part={objects} whole={purge.found.objects} tone={toneOf(state)} />,
          },
          { title: 'Objects', cell: ({ objects }) => formatCount(objects), isNumber: true },
          { title: 'Size', cell: ({ bytes }) => formatBytes(bytes), isNumber: true },
          { title: 'Oldest due', cell: ({ oldestDueAt }) => <Due at={oldestDueAt} from={purge.at} /> },
          { title: 'Longest here', cell: ({ oldestSince }) => <Due at={oldestSince} from={purge.at} /> },
          {
            title: 'Stuck',
            cell: ({ stuck }) => (stuck === 0 ? '0' : <strong className="text-danger">{formatCount(stuck)}</strong>),
            isNumber: true,
          },
        ]}
        rows={purge.states}
        keyOf={({ state }) => state}
        empty={<p className="text-muted">No plaintext backup has been found yet.</p>}
      />
    </Panel>
  );
}

function ProviderPanel({ purge }: { readonly purge: OpsPurge }): ReactNode {
  return (
    <Panel title="Providers">
      <DataTable
        caption="Objects by provider"
        columns={[
          { title: 'Provider', cell: ({ provider }) => provider },
          { title: 'Objects', cell: ({ objects }) => formatCount(objects), isNumber: true },
          { title: 'Size', cell: ({ bytes }) => formatBytes(bytes), isNumber: true },
          { title: 'Failed', cell: ({ failed }) => formatCount(failed), isNumber: true },
        ]}
        rows={purge.providers}
        keyOf={({ provider }) => provider}
        empty={<p className="text-muted">No connector has found anything.</p>}
      />
    </Panel>
  );
}

function AccountPanel({ purge }: { readonly purge: OpsPurge }): ReactNode {
  return (
    <Panel title="Accounts by the state of their purge">
      <DataTable
        caption="Accounts by the state of their purge"
        columns={[
          { title: 'Purge', cell: ({ state }) => formatWord(state) },
          { title: 'Accounts', cell: ({ accounts }) => formatCount(accounts), isNumber: true },
        ]}
        rows={purge.jobs}
        keyOf={({ state }) => state}
        empty={<p className="text-muted">No account has a purge.</p>}
      />
    </Panel>
  );
}

function Due({ at, from }: { readonly at: string | null; readonly from: string }): ReactNode {
  return at === null ? <span className="text-muted">–</span> : <Instant at={at} from={from} />;
}

function toneOf(state: string): 'accent' | 'danger' | 'success' | 'warning' {
  if (state === 'purged') return 'success';
  if (state === 'failed') return 'danger';
  return ['needs-auth', 'needs-consent', 'locked-until', 'reappeared', 'quarantined', 'stopped'].includes(state)
    ? 'warning'
    : 'accent';
}
