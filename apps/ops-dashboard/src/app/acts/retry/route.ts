import { opsRetry } from '@coffer/contracts';
import { VaultClientError } from '@coffer/vault-client';
import { cookies } from 'next/headers';
import { thisDashboard } from '../../../server/dashboard';
import { redirectTo, refuseForeignForm } from '../../../server/redirect';
import { isOwnForm, isSignedIn, openSession } from '../../../server/session';

export const dynamic = 'force-dynamic';

/** Lets a failed object go round again. The vault writes the reason into its ledger. */
export async function POST(request: Request): Promise<Response> {
  const { config, figures } = thisDashboard();
  const session = await openSession(await cookies(), config);
  const form = await request.formData();
  const to = (path: string) => redirectTo(`${config.dashboardUrl}${path}`);
  if (!isSignedIn(session)) return to('/');
  if (!isOwnForm(request, session, form.get('csrf'))) {
    return refuseForeignForm();
  }
  const given = form.get('objectId');
  const objectId = typeof given === 'string' ? given : '';
  const body = opsRetry.safeParse({ reason: form.get('reason') });
  const again = (outcome: string) => to(`/purge/retry/${encodeURIComponent(objectId)}?outcome=${outcome}`);
  if (!body.success) return again('reason-missing');
  if (form.get('confirmation') !== 'retry') return again('not-confirmed');
  try {
    await figures.clientFor(session.accessToken).retryOpsPurgeObject({ params: { objectId }, body: body.data });
    return to('/purge?bucket=failed&outcome=retried');
  } catch (error) {
    if (!(error instanceof VaultClientError)) throw error;
    return again(error.code);
  }
}
