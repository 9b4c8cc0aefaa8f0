'use client';

import { BookOpen, Database, Flame, Handshake, ListChecks, ShieldCheck } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';

const sections = [
  { path: '/vault', title: 'Vault', icon: ShieldCheck },
  { path: '/purge', title: 'Purge', icon: Flame },
  { path: '/jobs', title: 'Jobs', icon: ListChecks },
  { path: '/storage', title: 'Storage', icon: Database },
  { path: '/ledger', title: 'Ledger', icon: BookOpen },
  { path: '/claims', title: 'Claims', icon: Handshake },
] as const;

/** The sections of the dashboard; the one that is open is marked. */
export function SectionLinks(): ReactNode {
  const path = usePathname();
  return (
    <nav aria-label="Sections">
      <ul className="flex flex-wrap gap-1">
        {sections.map(({ path: section, title, icon: Icon }) => {
          const isOpen = path === section || path.startsWith(`${section}/`);
          return (
            <li key={section}>
              <Link
                href={section}
                prefetch={false}
                aria-current={isOpen ? 'page' : undefined}
                className="flex min-h-11 items-center gap-2 rounded-xl px-3 text-[0.9375rem] font-medium text-muted hover:bg-sunken aria-[current=page]:bg-accent-soft aria-[current=page]:text-text"
              >
                <Icon aria-hidden="true" className="size-4" />
                {title}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
