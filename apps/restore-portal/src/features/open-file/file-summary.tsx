'use client';

import type { DeviceClient, DeviceProgress, DeviceResult, SavedForm } from '@coffer/device-protocol';
import { Alert, Button, ProgressBar } from '@coffer/web-ui';
import { Download } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { text } from '../../messages/text';
import { useAct } from '../device/use-act';
import { FileAlert } from './file-alert';
import { offerDownload, savedName } from './offer-download';

export interface FileSummaryProps {
  readonly device: DeviceClient;
  readonly fileName: string;
  readonly opened: DeviceResult<'openFile'>;
}

/** Stands above the chats: which file this is, what should be known of it, and saving it in a readable form. */
export function FileSummary({ device, fileName, opened }: FileSummaryProps): ReactNode {
  const [progress, setProgress] = useState<DeviceProgress | null>(null);
  const saving = useAct<true>();
  const save = (form: SavedForm): void =>
    saving.run(async () => {
      setProgress(null);
      const { content } = await device.call('saveFile', { form }, { onProgress: setProgress });
      offerDownload(content, savedName(fileName, form));
      return true;
    });
  const forms = ['json', 'html'] as const;
  return (
    <div className="flex max-h-[50%] shrink-0 flex-col gap-2 overflow-y-auto border-b border-line px-4 py-3">
      <div>
        <p className="truncate font-semibold">
          <bdi>{fileName}</bdi>
        </p>
        <p className="text-sm text-muted tabular-nums">
          {text(`open.format-${opened.format}`)} ·{' '}
          {text('open.counts', { chats: opened.conversations, messages: opened.messages })}
        </p>
      </div>
      {opened.warnings.map((code) => (
        <Alert key={code} tone="info" title={text(`open.warning-${code}`)} />
      ))}
      <details className="group">
        <summary className="flex min-h-11 cursor-pointer items-center gap-2 rounded-lg text-[0.9375rem] font-medium text-accent">
          <Download aria-hidden="true" className="size-4" />
          {text('open.save')}
        </summary>
        <div className="flex flex-col gap-2 pb-1">
          <p className="text-sm text-muted">{text('open.save-text')}</p>
          <div className="flex flex-wrap gap-2">
            {forms.map((form) => (
              <Button key={form} onClick={() => save(form)} isBusy={saving.isBusy}>
                {text(`open.save-${form}`)}
              </Button>
            ))}
          </div>
          {saving.isBusy && (
            <ProgressBar label={text('open.saving')} doneBytes={progress?.doneBytes ?? 0} totalBytes={null} />
          )}
          <p role="status" className="text-sm text-muted empty:hidden">
            {saving.result === true ? text('open.saved') : ''}
          </p>
          {saving.error !== null && <FileAlert error={saving.error} />}
        </div>
      </details>
    </div>
  );
}
