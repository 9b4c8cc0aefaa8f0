import { commonHeaders, dataPolicy } from '../../../server/page-policy';
import { readDeployment, thisPortal } from '../../../server/portal';

export const dynamic = 'force-dynamic';

/** What the device pins, from the environment of this server and beside the device. */
export async function GET(): Promise<Response> {
  return new Response(await readDeployment(thisPortal().config.deploymentFile), {
    headers: {
      ...commonHeaders,
      'content-type': 'application/json',
      'content-security-policy': dataPolicy,
      'cache-control': 'no-store',
    },
  });
}
