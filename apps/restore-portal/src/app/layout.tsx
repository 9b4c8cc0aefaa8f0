import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import { locale } from '../messages/text';
import { makeTrustedTypesPolicy } from '../trusted-types';
import './globals.css';

// One title for every screen: what is read never reaches the history or the task list.
export const metadata: Metadata = { title: 'Coffer', robots: { index: false, follow: false } };
export const viewport: Viewport = { colorScheme: 'light dark' };

export default async function RootLayout({ children }: { readonly children: ReactNode }): Promise<ReactNode> {
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  return (
    <html lang={locale} dir="ltr">
      <head>
        {/* Browsers hide the nonce from scripts, so what was rendered and what is there differ. */}
        <script
          nonce={nonce}
          suppressHydrationWarning
          dangerouslySetInnerHTML={{ __html: `(${makeTrustedTypesPolicy.toString()})()` }}
        />
      </head>
      <body className="bg-ground text-text antialiased">{children}</body>
    </html>
  );
}
