'use client';

import { Alert, Button } from '@coffer/web-ui';
import type { ReactNode } from 'react';

export default function ErrorScreen({ reset }: { readonly reset: () => void }): ReactNode {
  return (
    <main className="mx-auto max-w-3xl p-6">
      <Alert tone="danger" title="This page could not be made" actions={<Button onClick={reset}>Try again</Button>}>
        Nothing was changed at the vault. If it happens again, look at the log of the dashboard’s server.
      </Alert>
    </main>
  );
}
