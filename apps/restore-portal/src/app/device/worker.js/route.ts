import { commonHeaders, workerPolicy } from '../../../server/page-policy';
import { readWorkerFile, thisPortal } from '../../../server/portal';

export const dynamic = 'force-dynamic';

/** The device: one file with a policy of its own, for a worker that is served without one has none. */
export async function GET(request: Request): Promise<Response> {
  const { bytes, etag } = await readWorkerFile(thisPortal().config.workerFile);
  const headers = {
    ...commonHeaders,
    'content-type': 'text/javascript; charset=utf-8',
    'content-security-policy': workerPolicy,
    'cache-control': 'no-cache',
    etag,
  };
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers });
  return new Response(bytes, { headers });
}
