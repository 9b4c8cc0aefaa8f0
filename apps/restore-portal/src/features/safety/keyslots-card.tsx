'use client';

import type { AccountState, CheckedLedger, HeldKeyslot } from '@coffer/device-protocol';
import { Alert, Button, formatInstant, Skeleton } from '@coffer/web-ui';
import { Fingerprint, Grid3x3, KeyRound, Vault, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { locale, text } from '../../messages/text';
import { formatKeyId } from '../backups/format-key-id';
import { Card } from '../card';
import { DeviceAlert } from '../device/device-alert';
import type { CallState } from '../device/use-call';
import { GuessMeter } from '../unlock/guess-meter';

const icons: Readonly<Record<HeldKeyslot['kind'], LucideIcon>> = {
  password: KeyRound,
  digits: Grid3x3,
  passkey: Fingerprint,
};

export interface KeyslotsCardProps {
  readonly account: CallState<AccountState>;
  readonly check: CallState<CheckedLedger>;
  /** Key id of the backup that is open in this tab; null where none is. */
  readonly openKeyIdHex: string | null;
  readonly onAgain: () => void;
  readonly onReplace: () => void;
  readonly onLost: () => void;
  readonly onSetup: () => void;
  readonly onCheck: () => void;
}

/** The ways to the backup key, since when, when one was last seen to work, and the guesses that are left. */
export function KeyslotsCard(props: KeyslotsCardProps): ReactNode {
  const { account, check, openKeyIdHex, onAgain, onReplace, onLost, onSetup, onCheck } = props;
  const keyIdHex = account.state === 'done' ? account.result.keyIdHex : null;
  const lead = keyIdHex === null ? {} : { lead: text('keyslots.lead', { id: formatKeyId(keyIdHex) }) };
  return (
    <Card id="keyslots-title" title={text('keyslots.title')} icon={<Vault />} {...lead}>
      {account.state === 'running' && <Skeleton label={text('keyslots.loading')} rows={2} />}
      {account.state === 'failed' && <DeviceAlert error={account.error} onRetry={onAgain} />}
      {account.state === 'done' && (
        <>
          <Ways account={account.result} lastOpened={check.state === 'done' ? lastOpened(check.result) : null} />
          {account.result.keyIdHex === null && (
            <div className="flex">
              <Button variant="primary" onClick={onSetup}>
                {text('setup.open')}
              </Button>
            </div>
          )}
          {account.result.keyIdHex !== null && (
            <>
              <GuessMeter budget={account.result.budget} />
              <div className="-ms-3 flex flex-wrap sm:-ms-4">
                {account.result.keyslots.some(({ kind }) => kind !== 'passkey') && (
                  <Button variant="quiet" onClick={onCheck}>
                    {text('check.open')}
                  </Button>
                )}
                {openKeyIdHex === account.result.keyIdHex && (
                  <Button variant="quiet" onClick={onReplace}>
                    {text('rotation.open')}
                  </Button>
                )}
                <Button variant="quiet" onClick={onLost}>
                  {text('keyslots.lost')}
                </Button>
              </div>
            </>
          )}
        </>
      )}
    </Card>
  );
}

function Ways({ account, lastOpened: openedAt }: { account: AccountState; lastOpened: string | null }): ReactNode {
  const { keyIdHex, keyslots } = account;
  if (keyIdHex === null) return <p className="text-muted">{text('keyslots.none')}</p>;
  if (keyslots.length === 0) return <p className="text-muted">{text('keyslots.lost-all')}</p>;
  return (
    <>
      <ul className="flex flex-col divide-y divide-line">
        {keyslots.map(({ keyslotId, kind, provenAt }) => {
          const Icon = icons[kind];
          return (
            <li key={keyslotId} className="flex flex-wrap items-center gap-x-3 gap-y-0.5 py-3">
              <Icon aria-hidden="true" className="size-5 shrink-0 text-muted" />
              <span className="font-medium">{text(`backups.slot-${kind}`)}</span>
              <span className="ms-auto text-sm text-muted tabular-nums">
                {provenAt !== null && text('keyslots.since', { date: formatInstant(Date.parse(provenAt), locale) })}
                {kind === 'password' && openedAt !== null && (provenAt === null || openedAt > provenAt) && (
                  <>
                    {' · '}
                    {text('keyslots.used', { date: formatInstant(Date.parse(openedAt), locale) })}
                  </>
                )}
              </span>
            </li>
          );
        })}
      </ul>
      {keyslots.length === 1 && (
        <Alert tone="warning" title={text('keyslots.only-one')}>
          {text('keyslots.only-one-text')}
        </Alert>
      )}
    </>
  );
}

/** When the password last opened the key, by the verified events: the vault does not see the use of the other ways. */
function lastOpened({ entries }: CheckedLedger): string | null {
  return entries.findLast(({ kind }) => kind === 'proven')?.at ?? null;
}
