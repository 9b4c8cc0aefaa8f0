import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { FiguresScreen } from '../../../features/figures/figures-screen';
import { StorageScreen } from '../../../features/storage/storage-screen';
import { readFigures } from '../../../server/staff';

export const metadata: Metadata = { title: 'Storage' };

export default async function Page(): Promise<ReactNode> {
  const storage = await readFigures('/storage', (client) => client.getOpsStorage());
  return (
    <FiguresScreen title="Storage" figures={storage} atOf={({ at }) => at} path="/storage">
      {(data) => <StorageScreen storage={data} />}
    </FiguresScreen>
  );
}
