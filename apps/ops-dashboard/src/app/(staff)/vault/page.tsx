import { opsVaultQuery } from '@coffer/contracts';
import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { readFilters, toAddress, type SearchParams } from '../../../features/figures/address';
import { FiguresScreen } from '../../../features/figures/figures-screen';
import { VaultScreen } from '../../../features/vault/vault-screen';
import { readFigures } from '../../../server/staff';

export const metadata: Metadata = { title: 'Vault' };

export default async function Page({ searchParams }: { readonly searchParams: SearchParams }): Promise<ReactNode> {
  const { filters } = await readFilters(opsVaultQuery, searchParams);
  const path = toAddress('/vault', { window: filters.window });
  const [vault, health] = await Promise.all([
    readFigures(path, (client) => client.getOpsVault({ query: filters })),
    readFigures('health', (client) => client.getReadiness()),
  ]);
  return (
    <FiguresScreen title="Vault" figures={vault} atOf={({ at }) => at} path={path}>
      {(data) => <VaultScreen vault={data} health={health.kind === 'fresh' ? health.data : null} />}
    </FiguresScreen>
  );
}
