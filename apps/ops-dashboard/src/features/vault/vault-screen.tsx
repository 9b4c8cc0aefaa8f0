import { opsWindows, type Health, type OpsVault } from '@coffer/contracts';
import { Alert } from '@coffer/web-ui';
import type { ReactNode } from 'react';
import { toAddress } from '../figures/address';
import { DataTable } from '../figures/data-table';
import { formatCount, formatMilliseconds, formatRatio, formatSpan } from '../figures/format';
import { Instant } from '../figures/instant';
import { Panel } from '../figures/panel';
import { Tiles, type Tile } from '../figures/tiles';
import { GuessChart } from './guess-chart';

/** An anchor that has not spoken for so long makes the vault refuse guesses (protocol, "Recovery", 1). */
const anchorLagSeconds = 2;

export interface VaultScreenProps {
  readonly vault: OpsVault;
  /** Null where it could not be asked. */
  readonly health: Health | null;
}

/** The vault: sealed or not, guesses, keyslots, requests, anchor. */
export function VaultScreen({ vault, health }: VaultScreenProps): ReactNode {
  return (
    <>
      {vault.sealed.isSealed && (
        <Alert tone="danger" title="The vault is sealed">
          {vault.sealed.reason ?? 'Its ledger does not agree with its anchor.'} Guesses and changes are refused until
          two persons have repaired it.
        </Alert>
      )}
      <WindowChoice current={vault.window} />
      <Tiles tiles={tilesOf(vault)} />
      <Panel
        title="Guesses"
        hint={`In the last ${vault.window}; one guess is one evaluation under an active password record.`}
      >
        <GuessChart series={vault.series} />
      </Panel>
      <div className="grid gap-6 *:min-w-0 lg:grid-cols-2">
        <RequestPanel requests={vault.requests} />
        <HealthPanel health={health} vault={vault} />
      </div>
    </>
  );
}

function WindowChoice({ current }: { readonly current: string }): ReactNode {
  return (
    <nav aria-label="Time window">
      <ul className="flex gap-1">
        {opsWindows.map((window) => (
          <li key={window}>
            <a
              href={toAddress('/vault', { window })}
              aria-current={window === current ? 'true' : undefined}
              className="flex min-h-11 items-center rounded-xl border border-line bg-surface px-4 text-[0.9375rem] aria-[current=true]:border-accent aria-[current=true]:font-medium"
            >
              {window}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function tilesOf({ sealed, accounts, guesses, nearLockouts, lockouts, shreds, anchor, keyslots }: OpsVault): Tile[] {
  const lag = anchor.lagSeconds;
  const isLate = lag === null || lag > anchorLagSeconds;
  return [
    {
      name: 'Seal',
      value: sealed.isSealed ? 'sealed' : 'open',
      note: sealed.accounts === 0 ? 'no account is sealed' : `${formatCount(sealed.accounts)} accounts are sealed`,
      tone: sealed.isSealed ? 'bad' : sealed.accounts > 0 ? 'watch' : 'good',
    },
    {
      name: 'Guesses',
      value: formatCount(guesses.total),
      note: `${formatCount(guesses.proven)} proven, ${formatCount(guesses.unproven)} not`,
    },
    {
      name: 'Near lockout',
      value: formatCount(nearLockouts),
      note: 'three guesses left or fewer',
      tone: nearLockouts > 0 ? 'watch' : 'plain',
    },
    { name: 'Locked out', value: formatCount(lockouts), note: 'no guess left', tone: lockouts > 0 ? 'watch' : 'plain' },
    { name: 'Keyslots shredded', value: formatCount(shreds), note: 'after the tenth guess in vain' },
    {
      name: 'Anchor lag',
      value: lag === null ? 'none' : formatSpan(lag),
      note: isLate ? 'late: guesses are refused' : `${anchor.kind}, tree of ${formatCount(anchor.treeSize)}`,
      tone: isLate ? 'bad' : 'good',
    },
    { name: 'Accounts', value: formatCount(accounts.total), note: `${formatCount(accounts.owned)} with an owner key` },
    {
      name: 'Keyslots',
      value: formatCount(keyslots.digits + keyslots.password + keyslots.passkey),
      note: `${formatCount(keyslots.digits)} digits, ${formatCount(keyslots.password)} password, ${formatCount(keyslots.passkey)} passkey`,
    },
  ];
}

function RequestPanel({ requests }: Pick<OpsVault, 'requests'>): ReactNode {
  const rows =
    requests === null
      ? []
      : [
          { name: 'Rate', value: `${requests.perSecond.toFixed(2)} per second` },
          { name: 'Errors', value: formatRatio(requests.errorRatio) },
          { name: 'p50', value: formatMilliseconds(requests.p50Ms) },
          { name: 'p95', value: formatMilliseconds(requests.p95Ms) },
          { name: 'p99', value: formatMilliseconds(requests.p99Ms) },
        ];
  return (
    <Panel title="Requests" hint="Of the process that answered, since it started.">
      <DataTable
        caption="Requests: rate, errors, latency"
        columns={[
          { title: 'Figure', cell: ({ name }) => name },
          { title: 'Value', cell: ({ value }) => value, isNumber: true },
        ]}
        rows={rows}
        keyOf={({ name }) => name}
        empty={<p className="text-muted">No request has been answered yet.</p>}
      />
    </Panel>
  );
}

function HealthPanel({ health, vault }: { readonly health: Health | null; readonly vault: OpsVault }): ReactNode {
  return (
    <Panel title="Health" hint={<SealingHint vault={vault} />}>
      <DataTable
        caption="Readiness checks"
        columns={[
          { title: 'Check', cell: ({ name }) => name },
          {
            title: 'State',
            cell: ({ status }) => (
              <span className={status === 'ok' ? 'text-success' : 'font-medium text-danger'}>{status}</span>
            ),
          },
          { title: 'Detail', cell: ({ detail }) => detail ?? '' },
        ]}
        rows={health?.checks ?? []}
        keyOf={({ name }) => name}
        empty={<p className="text-muted">The readiness checks could not be asked.</p>}
      />
    </Panel>
  );
}

function SealingHint({ vault: { sealing, at } }: { readonly vault: OpsVault }): ReactNode {
  return (
    <>
      Records are sealed by {sealing.kind === 'key-file' ? 'a key file' : 'an HSM (PKCS #11)'}; oldest key{' '}
      <Instant at={sealing.oldestKeyAt} from={at} />, {formatCount(sealing.keys)} in all; last drill of a dump{' '}
      <Instant at={sealing.drilledAt} from={at} />.
    </>
  );
}
