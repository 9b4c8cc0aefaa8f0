'use client';

import type { BackupSummary, DeviceCallOptions, DeviceClient, GuessBudget } from '@coffer/device-protocol';
import { Button, EmptyState, formatInstant, Skeleton } from '@coffer/web-ui';
import { Archive, KeyRound, Vault } from 'lucide-react';
import { useCallback, type ReactNode } from 'react';
import { locale, text } from '../../messages/text';
import { DeviceAlert } from '../device/device-alert';
import { useCall } from '../device/use-call';
import { LastProof } from '../drill/last-proof';
import { ScreenHeading } from '../screen-heading';
import { formatKeyId } from './format-key-id';

export interface BackupsScreenProps {
  readonly device: DeviceClient;
  readonly openRepositoryId: string | null;
  readonly onChoose: (backup: BackupSummary, budget: GuessBudget) => void;
  readonly onSetup: () => void;
  /** For the backup that is open. */
  readonly onDrill: () => void;
}

/** The account's backups with their dates, before anything is unlocked. */
export function BackupsScreen({ device, openRepositoryId, onChoose, onSetup, onDrill }: BackupsScreenProps): ReactNode {
  const list = useCall(useCallback((options: DeviceCallOptions) => device.call('listBackups', {}, options), [device]));
  return (
    <section aria-labelledby="backups-title" className="flex flex-col gap-6">
      <ScreenHeading id="backups-title" title={text('backups.title')}>
        {list.state === 'done' && list.result.backups.length > 0 && (
          <p className="text-muted">{text('backups.lead')}</p>
        )}
      </ScreenHeading>
      {list.state === 'running' && <Skeleton label={text('backups.loading')} />}
      {list.state === 'failed' && <DeviceAlert error={list.error} onRetry={list.again} />}
      {list.state === 'done' && list.result.backups.length === 0 && (
        <EmptyState
          icon={<Archive />}
          title={text('backups.none')}
          actions={
            <Button variant="primary" onClick={onSetup}>
              {text('setup.open')}
            </Button>
          }
        >
          {text('backups.none-text')}
        </EmptyState>
      )}
      {list.state === 'done' && list.result.backups.length > 0 && (
        <ul className="flex flex-col gap-3">
          {list.result.backups.map((backup) => (
            <BackupCard
              key={backup.repositoryId}
              backup={backup}
              isOpen={backup.repositoryId === openRepositoryId}
              onChoose={() => onChoose(backup, list.result.budget)}
              onDrill={onDrill}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface BackupCardProps {
  readonly backup: BackupSummary;
  readonly isOpen: boolean;
  readonly onChoose: () => void;
  readonly onDrill: () => void;
}

function BackupCard({ backup, isOpen, onChoose, onDrill }: BackupCardProps): ReactNode {
  const { lastBackupAt, lastProofAt, createdAt, keyIdHex, keyslots, hasSnapshots } = backup;
  const titleId = `backup-${keyIdHex}`;
  const kinds = [...new Set(keyslots.map(({ kind }) => kind))];
  return (
    <li className="flex flex-wrap items-start gap-4 rounded-2xl sm:items-center border border-line bg-surface p-5 shadow-raised">
      <span
        aria-hidden="true"
        className="flex size-12 shrink-0 items-center justify-center rounded-xl bg-accent-soft text-accent"
      >
        <Vault className="size-6" />
      </span>
      <div className="flex min-w-52 grow basis-0 flex-col gap-1">
        <h2 id={titleId} className="font-semibold">
          {lastBackupAt === null
            ? text('backups.created', { date: formatInstant(Date.parse(createdAt), locale) })
            : text('backups.last', { date: formatInstant(Date.parse(lastBackupAt), locale) })}
        </h2>
        <p className="text-sm text-muted">
          {hasSnapshots ? '' : `${text('backups.no-snapshot')} `}
          {text('backups.key-id', { id: formatKeyId(keyIdHex) })}
        </p>
        {hasSnapshots && <LastProof at={lastProofAt} />}
        <ul className="mt-1 flex flex-wrap gap-2">
          {kinds.map((kind) => (
            <li key={kind} className="flex items-center gap-1.5 rounded-full bg-sunken px-2.5 py-0.5 text-sm">
              <KeyRound aria-hidden="true" className="size-3.5 text-muted" />
              {text(`backups.slot-${kind}`)}
            </li>
          ))}
          {isOpen && (
            <li className="rounded-full bg-success-soft px-2.5 py-0.5 text-sm text-success">
              {text('backups.is-open')}
            </li>
          )}
        </ul>
      </div>
      <span className="grid grow gap-2 sm:grow-0">
        {isOpen && hasSnapshots && (
          <Button variant="quiet" onClick={onDrill} aria-describedby={titleId}>
            {text('drill.open-short')}
          </Button>
        )}
        <Button variant={isOpen ? 'secondary' : 'primary'} onClick={onChoose} aria-describedby={titleId}>
          {text(isOpen ? 'backups.go-on' : 'backups.open')}
        </Button>
      </span>
    </li>
  );
}
