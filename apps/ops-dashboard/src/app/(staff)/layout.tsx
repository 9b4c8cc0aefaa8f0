import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { StaffShell } from '../../features/shell/staff-shell';
import { themeCookieName, toTheme } from '../../features/shell/theme';
import { readFigures, requireStaff } from '../../server/staff';

export const dynamic = 'force-dynamic';

export default async function StaffLayout({ children }: { readonly children: ReactNode }): Promise<ReactNode> {
  const { displayName, csrfToken } = await requireStaff();
  const claims = await readFigures('claims', (client) => client.getClaims());
  return (
    <StaffShell
      displayName={displayName}
      csrfToken={csrfToken}
      theme={toTheme((await cookies()).get(themeCookieName)?.value)}
      deviations={claims.kind === 'failed' ? [] : claims.data.deviations}
    >
      {children}
    </StaffShell>
  );
}
