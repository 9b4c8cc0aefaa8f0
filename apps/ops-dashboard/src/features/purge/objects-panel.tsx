import {
  purgeBuckets,
  purgeProviders,
  purgeStates,
  type OpsPurgeObject,
  type OpsPurgeObjectList,
} from '@coffer/contracts';
import { Alert, EmptyState } from '@coffer/web-ui';
import type { ReactNode } from 'react';
import type { Figures } from '../../server/figures';
import { toAddress } from '../figures/address';
import { DataTable, type Column } from '../figures/data-table';
import { FilterForm } from '../figures/filter-form';
import { formatBytes, formatCount, formatWord } from '../figures/format';
import { Instant } from '../figures/instant';
import { Pager } from '../figures/pager';
import { Panel } from '../figures/panel';

export interface ObjectsPanelProps {
  readonly objects: Figures<OpsPurgeObjectList>;
  readonly query: Readonly<Record<'state' | 'bucket' | 'provider' | 'account' | 'cursor', string | undefined>>;
  readonly isAddressWrong: boolean;
}

/** Found objects, filtered; failed ones can be tried again. */
export function ObjectsPanel({ objects, query, isAddressWrong }: ObjectsPanelProps): ReactNode {
  return (
    <div id="objects" className="scroll-mt-4">
      <Panel title="Objects" hint="Without location, path, name or hash: those are the account’s own.">
        <FilterForm
          path="/purge"
          isAddressWrong={isAddressWrong}
          filters={[
            { name: 'bucket', title: 'Bucket', value: query.bucket, choices: purgeBuckets },
            { name: 'state', title: 'State', value: query.state, choices: purgeStates },
            { name: 'provider', title: 'Provider', value: query.provider, choices: purgeProviders },
            { name: 'account', title: 'Account (pseudonym)', value: query.account },
          ]}
        />
        {objects.kind === 'failed' ? (
          <Alert tone="danger" title="The objects could not be read">
            {objects.problem.message}
          </Alert>
        ) : (
          <>
            <DataTable
              caption="Found objects"
              columns={columns}
              rows={objects.data.objects}
              keyOf={({ objectId }) => objectId}
              empty={<EmptyState title="No object fits these filters">Choose others, or show all.</EmptyState>}
            />
            <Pager path="/purge" query={query} nextCursor={objects.data.nextCursor} />
          </>
        )}
      </Panel>
    </div>
  );
}

const columns: readonly Column<OpsPurgeObject>[] = [
  { title: 'Object', cell: ({ objectId }) => <code className="font-mono text-sm">{objectId}</code> },
  {
    title: 'Account',
    cell: ({ account }) => (
      <a className="font-mono text-sm text-accent underline" href={`${toAddress('/purge', { account })}#objects`}>
        {account}
      </a>
    ),
  },
  { title: 'Provider', cell: ({ provider }) => provider },
  { title: 'Kind', cell: ({ kind }) => formatWord(kind) },
  { title: 'Size', cell: ({ sizeBytes }) => formatBytes(sizeBytes), isNumber: true },
  { title: 'State', cell: ({ state }) => formatWord(state) },
  { title: 'Reason', cell: ({ reason }) => (reason === null ? '' : formatWord(reason)) },
  { title: 'Tries', cell: ({ attempts }) => formatCount(attempts), isNumber: true },
  { title: 'Changed', cell: ({ changedAt }) => <Instant at={changedAt} /> },
  {
    title: 'Act',
    cell: ({ state, objectId }) =>
      state === 'failed' ? (
        <a className="text-accent underline" href={`/purge/retry/${objectId}`}>
          Try again
          <span className="sr-only"> object {objectId}</span>
        </a>
      ) : (
        ''
      ),
  },
];
