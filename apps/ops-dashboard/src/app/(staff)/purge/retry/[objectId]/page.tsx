import { opsPurgeObject } from '@coffer/contracts';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { RetryScreen } from '../../../../../features/purge/retry-screen';
import type { SearchParams } from '../../../../../features/figures/address';
import { requireStaff } from '../../../../../server/staff';

export const metadata: Metadata = { title: 'Try again' };

interface PageProps {
  readonly params: Promise<{ readonly objectId: string }>;
  readonly searchParams: SearchParams;
}

export default async function Page({ params, searchParams }: PageProps): Promise<ReactNode> {
  const { csrfToken } = await requireStaff();
  const { objectId } = await params;
  const { outcome } = await searchParams;
  if (!opsPurgeObject.shape.objectId.safeParse(objectId).success) notFound();
  return (
    <RetryScreen
      objectId={objectId}
      csrfToken={csrfToken}
      outcome={typeof outcome === 'string' ? outcome : undefined}
    />
  );
}
