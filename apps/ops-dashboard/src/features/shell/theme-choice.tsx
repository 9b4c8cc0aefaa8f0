'use client';

import { usePathname, useSearchParams } from 'next/navigation';
import type { ReactNode } from 'react';
import { themes, type Theme } from './theme';

const titles: Readonly<Record<Theme, string>> = { system: 'System', light: 'Light', dark: 'Dark' };

/** Light, dark or as the system prefers. Comes back to the page that it was chosen on. */
export function ThemeChoice({ theme }: { readonly theme: Theme }): ReactNode {
  const path = usePathname();
  const search = useSearchParams().toString();
  return (
    <form method="post" action="/acts/theme" className="ms-auto">
      <input type="hidden" name="to" value={search === '' ? path : `${path}?${search}`} />
      <fieldset className="flex items-center gap-1">
        <legend className="sr-only">Colours</legend>
        {themes.map((choice) => (
          <button
            key={choice}
            type="submit"
            name="theme"
            value={choice}
            aria-pressed={choice === theme}
            className="min-h-9 rounded-lg px-3 aria-pressed:bg-sunken aria-pressed:font-medium aria-pressed:text-text"
          >
            {titles[choice]}
          </button>
        ))}
      </fieldset>
    </form>
  );
}
