import { formatInstant } from '@coffer/web-ui';
import { Shield, ShieldCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { locale, text } from '../../messages/text';

/** When a device last proved that a backup can be restored. @param at - RFC 3339; null where none did */
export function LastProof({ at }: { readonly at: string | null }): ReactNode {
  return (
    <p className="flex items-center gap-1.5 text-sm text-muted">
      {at === null ? (
        <Shield aria-hidden="true" className="size-4 shrink-0" />
      ) : (
        <ShieldCheck aria-hidden="true" className="size-4 shrink-0 text-success" />
      )}
      {at === null ? text('backups.no-proof') : text('backups.proof', { date: formatInstant(Date.parse(at), locale) })}
    </p>
  );
}
