'use client';

import type { DeviceProgress } from '@coffer/device-protocol';
import { ProgressBar, Skeleton } from '@coffer/web-ui';
import type { ReactNode } from 'react';
import { text } from '../../messages/text';

/** Below this much nobody has waited. */
const worthShowingBytes = 512 * 1024;

/** The shape of the list that is on its way; once it takes long, how much has come. */
export function ReadingProgress({ progress }: { readonly progress: DeviceProgress | null }): ReactNode {
  return (
    <div className="flex flex-col gap-4">
      {progress !== null && progress.doneBytes > worthShowingBytes && (
        <ProgressBar label={text('unlock.reading')} doneBytes={progress.doneBytes} totalBytes={progress.totalBytes} />
      )}
      <Skeleton label={text('reader.loading')} rows={6} />
    </div>
  );
}
