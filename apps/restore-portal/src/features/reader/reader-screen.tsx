'use client';

import type { DeviceCallOptions, DeviceClient, SnapshotSummary } from '@coffer/device-protocol';
import { Alert, Button, EmptyState, formatInstant } from '@coffer/web-ui';
import { Archive, LifeBuoy } from 'lucide-react';
import { useCallback, useId, useMemo, useState, type ReactNode } from 'react';
import { locale, text } from '../../messages/text';
import { DeviceAlert } from '../device/device-alert';
import { useCall } from '../device/use-call';
import { shownHits } from './chat-search';
import { ChatsPane, type ChatReader, type ChatsPaneProps } from './chats-pane';
import { ReadingProgress } from './reading-progress';

export interface ReaderScreenProps {
  readonly device: DeviceClient;
  /** Null while the list is shown. */
  readonly conversationId: string | null;
  readonly onConversation: (conversationId: string) => void;
  readonly onCloseConversation: () => void;
  readonly onDrill: () => void;
}

/** An open backup: the newest snapshot first, others to choose from. */
export function ReaderScreen({ device, onDrill, ...conversation }: ReaderScreenProps): ReactNode {
  const snapshots = useCall(
    useCallback((options: DeviceCallOptions) => device.call('listSnapshots', {}, options), [device]),
  );
  const [chosenId, setChosenId] = useState<string | null>(null);
  if (snapshots.state === 'running')
    return (
      <Around>
        <ReadingProgress progress={snapshots.progress} />
      </Around>
    );
  if (snapshots.state === 'failed')
    return (
      <Around>
        <DeviceAlert error={snapshots.error} onRetry={snapshots.again} />
      </Around>
    );
  const all = snapshots.result.snapshots;
  const chosen = all.find(({ snapshotId }) => snapshotId === chosenId) ?? all[0];
  if (chosen === undefined) {
    return (
      <EmptyState icon={<Archive />} title={text('reader.no-snapshots')}>
        {text('reader.no-snapshots-text')}
      </EmptyState>
    );
  }
  return (
    <SnapshotChats
      key={chosen.snapshotId}
      device={device}
      snapshot={chosen}
      picker={
        <SnapshotPicker
          snapshots={all}
          damaged={snapshots.result.damaged}
          chosen={chosen}
          onDrill={onDrill}
          onChoose={(snapshotId) => {
            conversation.onCloseConversation();
            setChosenId(snapshotId);
          }}
        />
      }
      {...conversation}
    />
  );
}

interface SnapshotChatsProps extends Omit<ChatsPaneProps, 'chats' | 'empty' | 'failed'> {
  readonly device: DeviceClient;
  readonly snapshot: SnapshotSummary;
}

function SnapshotChats({ device, snapshot, ...pane }: SnapshotChatsProps): ReactNode {
  const { snapshotId } = snapshot;
  const chats = useMemo<ChatReader>(
    () => ({
      list: (options) => device.call('listConversations', { snapshotId }, options),
      read: async (conversationId, from, to, signal) => {
        const range = { snapshotId, conversationId, from, to };
        return (await device.call('readMessages', range, { signal })).messages;
      },
      search: (query, options) => device.call('searchMessages', { snapshotId, query, limit: shownHits }, options),
    }),
    [device, snapshotId],
  );
  return (
    <ChatsPane
      {...pane}
      chats={chats}
      empty={{ title: text('reader.empty'), text: text('reader.empty-text', { files: snapshot.files }) }}
      failed={(error, again) => <DeviceAlert error={error} {...(again === undefined ? {} : { onRetry: again })} />}
    />
  );
}

function Around({ children }: { children: ReactNode }): ReactNode {
  return <div className="mx-auto w-full max-w-3xl p-4 sm:p-8">{children}</div>;
}

interface SnapshotPickerProps {
  readonly snapshots: readonly SnapshotSummary[];
  /** How many more there are that cannot be read. */
  readonly damaged: number;
  readonly chosen: SnapshotSummary;
  readonly onChoose: (snapshotId: string) => void;
  readonly onDrill: () => void;
}

function SnapshotPicker({ snapshots, damaged, chosen, onChoose, onDrill }: SnapshotPickerProps): ReactNode {
  const id = useId();
  return (
    <div className="flex flex-col gap-1 border-b border-line px-4 py-3">
      <label htmlFor={id} className="text-sm text-muted">
        {text('reader.snapshot')}
      </label>
      <select
        id={id}
        value={chosen.snapshotId}
        onChange={(event) => onChoose(event.currentTarget.value)}
        className="w-full rounded-lg border border-edge bg-surface px-2.5 py-2 font-medium"
      >
        {snapshots.map(({ snapshotId, createdAt, device }) => (
          <option key={snapshotId} value={snapshotId}>
            {device === ''
              ? formatInstant(Date.parse(createdAt), locale)
              : text('reader.of-device', { date: formatInstant(Date.parse(createdAt), locale), device })}
          </option>
        ))}
      </select>
      <p className="text-sm text-muted tabular-nums">
        {text('reader.counts', { chats: chosen.conversations, messages: chosen.messages })}
      </p>
      <span className="-mx-3 -mb-1 grid justify-start sm:-mx-4">
        <Button variant="quiet" onClick={onDrill}>
          <LifeBuoy aria-hidden="true" className="size-4" />
          {text('drill.open')}
        </Button>
      </span>
      {damaged > 0 && <Alert tone="warning" title={text('reader.damaged', { count: damaged })} />}
    </div>
  );
}
