import { opsPurgeObjectsQuery } from '@coffer/contracts';
import { Alert } from '@coffer/web-ui';
import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { readFilters, toAddress, type SearchParams } from '../../../features/figures/address';
import { FiguresScreen } from '../../../features/figures/figures-screen';
import { ObjectsPanel } from '../../../features/purge/objects-panel';
import { PurgeScreen } from '../../../features/purge/purge-screen';
import { readFigures } from '../../../server/staff';

export const metadata: Metadata = { title: 'Purge' };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }): Promise<ReactNode> {
  const { filters, isWrong } = await readFilters(opsPurgeObjectsQuery, searchParams, ['outcome']);
  const { state, bucket, provider, account, cursor } = filters;
  const { outcome } = await searchParams;
  const query = { state, bucket, provider, account, cursor };
  const path = toAddress('/purge', query);
  const [purge, objects] = await Promise.all([
    readFigures('/purge', (client) => client.getOpsPurge()),
    readFigures(`objects ${path}`, (client) => client.listOpsPurgeObjects({ query: filters })),
  ]);
  return (
    <FiguresScreen title="Purge" figures={purge} atOf={({ at }) => at} path={path}>
      {(data) => (
        <>
          {outcome === 'retried' && (
            <Alert tone="success" title="The object goes round again">
              Your reason stands in the ledger.
            </Alert>
          )}
          <PurgeScreen purge={data} />
          <ObjectsPanel objects={objects} query={query} isAddressWrong={isWrong} />
        </>
      )}
    </FiguresScreen>
  );
}
