import type { ReactNode } from 'react';
import { LoadingScreen } from '../../../features/figures/loading-screen';

export default function Loading(): ReactNode {
  return <LoadingScreen title="Claims" />;
}
