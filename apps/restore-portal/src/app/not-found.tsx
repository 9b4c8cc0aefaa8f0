import { ButtonLink, EmptyState } from '@coffer/web-ui';
import type { ReactNode } from 'react';
import { text } from '../messages/text';

/** For every address that is no page. */
export default function NotFound(): ReactNode {
  return (
    <main>
      <EmptyState
        title={text('not-found.title')}
        actions={<ButtonLink href="/">{text('not-found.action')}</ButtonLink>}
      />
    </main>
  );
}
