import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { FiguresScreen } from '../../../features/figures/figures-screen';
import { ClaimsScreen } from '../../../features/claims/claims-screen';
import { readFigures } from '../../../server/staff';

export const metadata: Metadata = { title: 'Claims' };

export default async function Page(): Promise<ReactNode> {
  const claims = await readFigures('claims', (client) => client.getClaims());
  return (
    <FiguresScreen title="Claims" figures={claims} atOf={({ computedAt }) => computedAt} path="/claims">
      {(data) => <ClaimsScreen claims={data} />}
    </FiguresScreen>
  );
}
