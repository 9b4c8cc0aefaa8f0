'use client';

import type { DeviceClient, DeviceProgress, DeviceResult, FileFormat } from '@coffer/device-protocol';
import { Button, formatBytes, ProgressBar } from '@coffer/web-ui';
import { FileText, WifiOff } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode, type SyntheticEvent } from 'react';
import { locale, text } from '../../messages/text';
import { useAct } from '../device/use-act';
import { FileAlert } from './file-alert';
import { givenKey, isComplete, noEntries, type KeyEntries } from './given-key';
import { KeyFields, type WantedKey } from './key-fields';
import { ownTimeZone, ZoneField } from './zone-field';

export interface KeyFormProps {
  readonly device: DeviceClient;
  readonly file: File;
  /** Names of people that were chosen with it. */
  readonly contacts: File | null;
  readonly wanted: WantedKey;
  readonly onOpened: (opened: DeviceResult<'openFile'>) => void;
  /** Lets go of the file, whatever is under way. */
  readonly onOther: () => void;
}

/** Asks for what the file wants, and opens it. */
export function KeyForm({ device, file, contacts, wanted, onOpened, onOther }: KeyFormProps): ReactNode {
  const [entries, setEntries] = useState<KeyEntries>(noEntries);
  const [timeZone, setTimeZone] = useState(ownTimeZone);
  const [progress, setProgress] = useState<DeviceProgress | null>(null);
  const [isOld, setOld] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const act = useAct<DeviceResult<'openFile'>>(onOpened);
  const isExport = localTimes.has(wanted.format);
  const open = async (): Promise<DeviceResult<'openFile'>> => {
    setOld(false);
    setProgress(null);
    const secret = await givenKey(wanted.keyWanted, entries);
    const params = { file, contacts, secret, timeZone: isExport ? timeZone : null };
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
      <div className="flex items-center gap-3">
        <span
          aria-hidden="true"
          className="flex size-11 shrink-0 items-center justify-center rounded-xl bg-accent-soft text-accent"
        >
          <FileText className="size-5" />
        </span>
        <div className="flex min-w-0 flex-col">
          <h2 ref={heading} tabIndex={-1} className="truncate font-semibold outline-none">
            <bdi>{file.name}</bdi>
          </h2>
          <p className="text-sm text-muted">
            {text(`open.format-${wanted.format}`)} · {formatBytes(file.size, locale)}
          </p>
          {contacts !== null && (
            <p className="truncate text-sm text-muted">{text('open.names-from', { file: contacts.name })}</p>
          )}
        </div>
      </div>
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
          doneBytes={totalOf(progress) === null ? 0 : (progress?.doneBytes ?? 0)}
          totalBytes={totalOf(progress)}
        />
      )}
      {act.error !== null && !isOld && <FileAlert error={act.error} />}
      <p className="flex gap-2.5 text-sm text-muted">
        <WifiOff aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-accent" />
        {text('open.promise-stays')}
      </p>
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

/** Formats whose times are those of a clock on a wall. */
const localTimes: ReadonlySet<FileFormat> = new Set(['export-chat-text', 'export-chat-zip', 'telegram-export']);

/** Unknown while a key is derived, and again once the whole file was checked: what is read then has no measure. */
function totalOf(progress: DeviceProgress | null): number | null {
  if (progress === null || progress.doneBytes === 0 || progress.doneBytes === progress.totalBytes) return null;
  return progress.totalBytes;
}
