'use client';

import { Button, EmptyState } from '@coffer/web-ui';
import type { ReactNode } from 'react';
import { text } from '../messages/text';

/** When a screen itself fails. What was open goes with it: nothing of it is shown, kept or told. */
export default function ScreenFailed(): ReactNode {
  return (
    <main>
      <EmptyState
        title={text('error.failed')}
        actions={<Button onClick={() => window.location.reload()}>{text('error.reload')}</Button>}
      >
        {text('error.failed-text')}
      </EmptyState>
    </main>
  );
}
