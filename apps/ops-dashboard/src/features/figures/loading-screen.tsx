import { Skeleton } from '@coffer/web-ui';
import type { ReactNode } from 'react';

/** While the figures of a section are on their way. */
export function LoadingScreen({ title }: { readonly title: string }): ReactNode {
  return (
    <div className="flex flex-col gap-6">
      <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
      <Skeleton label={`${title}: figures are on their way`} rows={6} />
    </div>
  );
}
