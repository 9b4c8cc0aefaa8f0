'use client';

import type { DeviceClient, DeviceProgress, SavedForm } from '@coffer/device-protocol';
import { Button, ProgressBar } from '@coffer/web-ui';
import { useState, type ReactNode } from 'react';
import { text } from '../../messages/text';
import { useAct } from '../device/use-act';
import { FileAlert } from './file-alert';
import { offerDownload, savedName } from './offer-download';

export interface SaveCopyProps {
  readonly device: DeviceClient;
  /** What the copy is of: a file name, or the title of a conversation. */
  readonly name: string;
  /** Null for the whole file. */
  readonly conversationId: string | null;
}

const forms = ['json', 'html'] as const;

/** Offers the open file, or one conversation of it, as a download. */
export function SaveCopy({ device, name, conversationId }: SaveCopyProps): ReactNode {
  const [progress, setProgress] = useState<DeviceProgress | null>(null);
  const saving = useAct<{ readonly mediaLeftOut: number }>();
  const save = (form: SavedForm): void =>
    saving.run(async () => {
      setProgress(null);
      const { content, mediaLeftOut } = await device.call(
        'saveFile',
        { form, conversationId },
        { onProgress: setProgress },
      );
      offerDownload(content, savedName(name, form));
      return { mediaLeftOut };
    });
  return (
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
        {saving.result === null ? '' : savedText(saving.result.mediaLeftOut)}
      </p>
      {saving.error !== null && <FileAlert error={saving.error} />}
    </div>
  );
}

const savedText = (mediaLeftOut: number): string =>
  mediaLeftOut === 0
    ? text('open.saved')
    : `${text('open.saved')} ${text('open.saved-without-media', { count: mediaLeftOut })}`;
