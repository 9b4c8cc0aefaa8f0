import type { Metadata, Viewport } from 'next';
import { cookies, headers } from 'next/headers';
import type { ReactNode } from 'react';
import { themeCookieName, toTheme } from '../features/shell/theme';
import { makeTrustedTypesPolicy } from '../trusted-types';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'Coffer operations', template: '%s · Coffer operations' },
  robots: { index: false, follow: false },
};
export const viewport: Viewport = { colorScheme: 'light dark' };

export default async function RootLayout({ children }: { readonly children: ReactNode }): Promise<ReactNode> {
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  const theme = toTheme((await cookies()).get(themeCookieName)?.value);
  return (
    <html lang="en" dir="ltr" data-theme={theme === 'system' ? undefined : theme}>
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
