import { ButtonLink } from '@coffer/web-ui';
import type { ReactNode } from 'react';
import { toAddress } from './address';

export interface PagerProps {
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly nextCursor: string | null;
}

/** On to the next page, and back to the first. */
export function Pager({ path, query, nextCursor }: PagerProps): ReactNode {
  const isFirst = query['cursor'] === undefined;
  if (isFirst && nextCursor === null) return null;
  return (
    <nav aria-label="Pages" className="flex flex-wrap gap-2">
      {!isFirst && <ButtonLink href={toAddress(path, { ...query, cursor: undefined })}>First page</ButtonLink>}
      {nextCursor !== null && (
        <ButtonLink href={toAddress(path, { ...query, cursor: nextCursor })}>Next page</ButtonLink>
      )}
    </nav>
  );
}
