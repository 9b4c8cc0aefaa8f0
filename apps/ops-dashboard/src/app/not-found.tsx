import { ButtonLink, EmptyState } from '@coffer/web-ui';
import type { ReactNode } from 'react';

export default function NotFound(): ReactNode {
  return (
    <main className="mx-auto max-w-3xl">
      <EmptyState
        title="There is no such page"
        actions={
          <ButtonLink variant="primary" href="/vault">
            To the vault
          </ButtonLink>
        }
      >
        The address may be old or mistyped.
      </EmptyState>
    </main>
  );
}
