import { cookies } from 'next/headers';
import { themeCookieName, toTheme } from '../../../features/shell/theme';
import { thisDashboard } from '../../../server/dashboard';
import { redirectTo } from '../../../server/redirect';
import { safeReturn } from '../../../server/session';

/** Keeps the choice of light or dark in this browser. */
export async function POST(request: Request): Promise<Response> {
  const { config } = thisDashboard();
  const form = await request.formData();
  const theme = toTheme(form.get('theme'));
  const year = 365 * 24 * 60 * 60;
  const options = { path: '/', sameSite: 'lax', httpOnly: true, maxAge: year } as const;
  (await cookies()).set(themeCookieName, theme, { ...options, secure: config.dashboardUrl.startsWith('https:') });
  return redirectTo(`${config.dashboardUrl}${safeReturn(form.get('to'))}`);
}
