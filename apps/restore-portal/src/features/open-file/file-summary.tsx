'use client';

import type { DeviceClient, DeviceResult } from '@coffer/device-protocol';
import { Alert } from '@coffer/web-ui';
import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';
import { SaveCopy } from './save-copy';

export interface FileSummaryProps {
  readonly device: DeviceClient;
  readonly fileName: string;
  readonly opened: DeviceResult<'openFile'>;
}

/** Stands above the chats: which file this is, what should be known of it, and saving it in a readable form. */
export function FileSummary({ device, fileName, opened }: FileSummaryProps): ReactNode {
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
        <SaveCopy device={device} name={fileName} conversationId={null} />
      </details>
    </div>
  );
}
