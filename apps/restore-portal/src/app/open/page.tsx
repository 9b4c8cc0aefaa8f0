import type { ReactNode } from 'react';
import { OpenFileApp } from '../../features/open-file/open-file-app';

// Every answer has a nonce of its own.
export const dynamic = 'force-dynamic';

/** Opens a backup of another app from the visitor's disk. Without a session: nothing here is asked of a server. */
export default function Page(): ReactNode {
  return <OpenFileApp />;
}
