import { opsLedgerQuery } from '@coffer/contracts';
import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { readFilters, toAddress, type SearchParams } from '../../../features/figures/address';
import { FiguresScreen } from '../../../features/figures/figures-screen';
import { LedgerScreen } from '../../../features/ledger/ledger-screen';
import { readFigures } from '../../../server/staff';

export const metadata: Metadata = { title: 'Ledger' };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }): Promise<ReactNode> {
  const { filters, isWrong } = await readFilters(opsLedgerQuery, searchParams);
  const { account, kind, cursor } = filters;
  const query = { account, kind, cursor };
  const path = toAddress('/ledger', query);
  const ledger = await readFigures(path, (client) => client.getOpsLedger({ query: filters }));
  return (
    <FiguresScreen title="Ledger" figures={ledger} atOf={({ at }) => at} path={path}>
      {(data) => <LedgerScreen ledger={data} query={query} isAddressWrong={isWrong} />}
    </FiguresScreen>
  );
}
