'use client';

import type { ReactNode } from 'react';
import ErrorScreen from './error';
import './globals.css';

export default function GlobalError({ reset }: { readonly reset: () => void }): ReactNode {
  return (
    <html lang="en">
      <body className="bg-ground text-text antialiased">
        <ErrorScreen reset={reset} />
      </body>
    </html>
  );
}
