import type { OpsLedger } from '@coffer/contracts';
import { Alert, EmptyState } from '@coffer/web-ui';
import type { ReactNode } from 'react';
import { toAddress } from '../figures/address';
import { DataTable } from '../figures/data-table';
import { FilterForm } from '../figures/filter-form';
import { formatCount, formatWord } from '../figures/format';
import { Instant } from '../figures/instant';
import { Pager } from '../figures/pager';
import { Panel } from '../figures/panel';
import { Tiles } from '../figures/tiles';

export interface LedgerScreenProps {
  readonly ledger: OpsLedger;
  readonly query: Readonly<Record<'account' | 'kind' | 'cursor', string | undefined>>;
  readonly isAddressWrong: boolean;
}

/** Kinds of ledger events (docs/wire.md, "Ledger"). */
const eventKinds = [
  'account-opened',
  'guess',
  'proven',
  'login-superseded',
  'guesses-vetoed',
  'veto-lifted',
  'registration-opened',
  'keyslot-proven',
  'keyslot-removed',
  'keyslot-shredded',
  'rotation-proven',
  'key-rotated',
  'owner-bound',
  'repository-created',
  'head-replaced',
  'objects-deleted',
  'proof-accepted',
  'pin-released',
  'purge-started',
  'purge-stopped',
  'purge-resumed',
  'plaintext-released',
  'plaintext-quarantined',
  'plaintext-deleted',
  'certificate',
  'account-sealed',
] as const;

/** The ledger: its last check, its checkpoint, its events without details. */
export function LedgerScreen({ ledger, query, isAddressWrong }: LedgerScreenProps): ReactNode {
  const { check } = ledger;
  return (
    <>
      {check.holds === false && (
        <Alert tone="danger" title="The last check found a difference">
          Chain, tree and anchor do not agree. The vault seals itself or the account; nothing is repaired without two
          persons.
        </Alert>
      )}
      <Tiles
        tiles={[
          {
            name: 'Last check',
            value: check.holds === null ? 'none yet' : check.holds ? 'agrees' : 'differs',
            note: <Instant at={check.checkedAt} from={ledger.at} />,
            tone: check.holds === null ? 'watch' : check.holds ? 'good' : 'bad',
          },
          { name: 'Tree size', value: formatCount(check.treeSize), note: 'events in the tree' },
          {
            name: 'Not yet in the tree',
            value: formatCount(check.unsequenced),
            note: 'waiting for the sequencer',
            tone: check.unsequenced > 1000 ? 'watch' : 'plain',
          },
        ]}
      />
      {ledger.checkpoint !== null && (
        <Panel title="Checkpoint" hint="A signed note; compare it with what a witness or the anchor holds.">
          <pre
            role="region"
            aria-label="Checkpoint, signed note"
            tabIndex={0}
            className="overflow-x-auto rounded-xl bg-sunken p-3 font-mono text-sm"
          >
            {ledger.checkpoint}
          </pre>
        </Panel>
      )}
      <Panel title="Events" hint="Newest first, without details.">
        <FilterForm
          path="/ledger"
          isAddressWrong={isAddressWrong}
          filters={[
            { name: 'kind', title: 'Kind', value: query.kind, choices: eventKinds },
            { name: 'account', title: 'Account (pseudonym)', value: query.account },
          ]}
        />
        <DataTable
          caption="Ledger events"
          columns={[
            {
              title: 'Account',
              cell: ({ account }) => (
                <a className="font-mono text-sm text-accent underline" href={toAddress('/ledger', { account })}>
                  {account}
                </a>
              ),
            },
            { title: 'No.', cell: ({ number }) => formatCount(number), isNumber: true },
            { title: 'Kind', cell: ({ kind }) => formatWord(kind) },
            { title: 'At', cell: ({ at }) => <Instant at={at} /> },
            { title: 'Guesses left', cell: ({ remaining }) => formatCount(remaining), isNumber: true },
            { title: 'Attempt', cell: ({ attempt }) => formatCount(attempt), isNumber: true },
            { title: 'Next guess', cell: ({ nextAt }) => (nextAt === null ? 'at once' : <Instant at={nextAt} />) },
            {
              title: 'Leaf',
              cell: ({ leafIndex }) => (leafIndex === null ? 'waiting' : formatCount(leafIndex)),
              isNumber: true,
            },
          ]}
          rows={ledger.events}
          keyOf={({ account, number }) => `${account} ${number}`}
          empty={<EmptyState title="No event fits these filters">Choose others, or show all.</EmptyState>}
        />
        <Pager path="/ledger" query={query} nextCursor={ledger.nextCursor} />
      </Panel>
    </>
  );
}
