import { text } from '../../../messages/text';
import { pushWorkerSource } from '../../../push/push-worker';
import { commonHeaders, pushWorkerPolicy } from '../../../server/page-policy';

export const dynamic = 'force-dynamic';

/** The service worker that shows messages: below a path of its own, so that it answers for no page. */
export function GET(): Response {
  return new Response(pushWorkerSource({ title: text('notification.title'), text: text('notification.text') }), {
    headers: {
      ...commonHeaders,
      'content-type': 'text/javascript; charset=utf-8',
      'content-security-policy': pushWorkerPolicy,
      'cache-control': 'no-cache',
    },
  });
}
