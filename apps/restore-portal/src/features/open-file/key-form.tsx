'use client';

import type { DeviceClient, DeviceProgress, DeviceResult } from '@coffer/device-protocol';
import { Button, formatBytes, ProgressBar } from '@coffer/web-ui';
import { FileText } from 'lucide-react';
import { useState, type ReactNode, type SyntheticEvent } from 'react';
import { locale, text } from '../../messages/text';
import { useAct } from '../device/use-act';
import { FileAlert } from './file-alert';
import { givenKey, isComplete, noEntries, type KeyEntries } from './given-key';
import { KeyFields, type WantedKey } from './key-fields';
import { ownTimeZone, ZoneField } from './zone-field';

export interface KeyFormProps {
  readonly device: DeviceClient;
  readonly file: File;
  readonly wanted: WantedKey;
  readonly onOpened: (opened: DeviceResult<'openFile'>) => void;
  /** Lets go of the file, whatever is under way. */
  readonly onOther: () => void;
}

/** Asks for what the file wants, and opens it. */
export function KeyForm({ device, file, wanted, onOpened, onOther }: KeyFormProps): ReactNode {
  const [entries, setEntries] = useState<KeyEntries>(noEntries);
  const [timeZone, setTimeZone] = useState(ownTimeZone);
  const [progress, setProgress] = useState<DeviceProgress | null>(null);
  const [isOld, setOld] = useState(false);
  const act = useAct<DeviceResult<'openFile'>>(onOpened);
  const isExport = wanted.format === 'export-chat-text' || wanted.format === 'export-chat-zip';
  const open = async (): Promise<DeviceResult<'openFile'>> => {
    setOld(false);
    setProgress(null);
    const secret = await givenKey(wanted.keyWanted, entries);
    const params = { file, secret, timeZone: isExport ? timeZone : null };
    return device.call('openFile', params, { onProgress: setProgress });
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (isComplete(wanted.keyWanted, entries)) act.run(open);
  };
  return (
    <form
      method="post"
      onSubmit={submit}
      className="flex flex-col gap-5 rounded-2xl border border-line bg-surface p-5 shadow-raised sm:p-6"
    >
      <p className="flex items-center gap-3">
        <span
          aria-hidden="true"
          className="flex size-11 shrink-0 items-center justify-center rounded-xl bg-accent-soft text-accent"
        >
          <FileText className="size-5" />
        </span>
        <span className="flex min-w-0 flex-col">
          <bdi className="truncate font-semibold">{file.name}</bdi>
          <span className="text-sm text-muted">
            {text(`open.format-${wanted.format}`)} · {formatBytes(file.size, locale)}
          </span>
        </span>
      </p>
      <KeyFields
        wanted={wanted.keyWanted}
        entries={entries}
        isDisabled={act.isBusy}
        onChange={(change) => {
          setEntries((before) => ({ ...before, ...change }));
          setOld(true);
        }}
      />
      {isExport && <ZoneField value={timeZone} onChange={setTimeZone} isDisabled={act.isBusy} />}
      {act.isBusy && (
        <ProgressBar
          label={text('open.opening')}
          doneBytes={progress?.doneBytes ?? 0}
          totalBytes={progress === null || progress.doneBytes === progress.totalBytes ? null : progress.totalBytes}
        />
      )}
      {act.error !== null && !isOld && <FileAlert error={act.error} />}
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          variant="primary"
          isBusy={act.isBusy}
          disabled={!act.isBusy && !isComplete(wanted.keyWanted, entries)}
        >
          {text('open.action')}
        </Button>
        <Button variant="quiet" onClick={onOther}>
          {text(act.isBusy ? 'open.cancel' : 'open.other')}
        </Button>
      </div>
    </form>
  );
}
