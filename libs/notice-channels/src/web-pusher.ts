import type { PushTarget, Senders, SendOutcome } from '@coffer/notices';
import { toBase64Url } from '@coffer/foundation';
import webPush, { type RequestDetails, type Urgency } from 'web-push';
import type { PushChoice } from './channel-variables';
import { pushPublicKey } from './push-key';
import { isOfPushService } from './push-services';

/** How long a push service keeps a message for a browser that sleeps: as long as a message is tried. */
const keptSeconds = 72 * 3600;

/**
 * Sends push messages: encrypted for the browser (RFC 8291), signed with this deployment's key (RFC 8292).
 *
 * @param privateKey - 32 bytes
 * @param timeoutMs - of one request
 */
export function openWebPusher(
  choice: PushChoice,
  privateKey: Uint8Array,
  timeoutMs: number,
): NonNullable<Senders['push']> {
  const vapidDetails = {
    subject: choice.contact,
    publicKey: toBase64Url(pushPublicKey(privateKey)),
    privateKey: toBase64Url(privateKey),
  };
  return async (target, { body, urgency }, id) => {
    if (!isOfPushService(target.endpoint, choice.services)) return { is: 'refused' };
    const options = { vapidDetails, TTL: keptSeconds, urgency: urgency as Urgency, topic: topicOf(id) };
    let details: RequestDetails;
    try {
      details = webPush.generateRequestDetails(subscriptionOf(target), Buffer.from(body), options);
    } catch {
      // The browser's key is no point of the curve.
      return { is: 'refused' };
    }
    return post(details, timeoutMs);
  };
}

async function post({ endpoint, headers, body }: RequestDetails, timeoutMs: number): Promise<SendOutcome> {
  const { 'Content-Length': _length, ...others } = headers as Readonly<Record<string, string | number>>;
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: Object.entries(others).map(([name, value]): [string, string] => [name, String(value)]),
      body: body === null ? null : new Uint8Array(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    return outcomeOf(response);
  } catch {
    return { is: 'later', retryAfterMs: 0, reason: 'no-answer' };
  }
}

/** RFC 8030, sections 5 and 7.3: 404 and 410 say that the subscription is no more. */
function outcomeOf({ status, headers }: Response): SendOutcome {
  if (status >= 200 && status < 300) return { is: 'sent' };
  if (status === 404 || status === 410) return { is: 'gone' };
  if (status === 429 || status >= 500) {
    return { is: 'later', retryAfterMs: retryAfterMs(headers.get('retry-after')), reason: `http-${status}` };
  }
  return { is: 'refused' };
}

/** Seconds only: a date would need the other side's clock. */
function retryAfterMs(text: string | null): number {
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) * 1000 : 0;
}

/** A later try of the same message replaces an earlier one that the browser has not fetched: at most 32 characters (RFC 8030, 5.4). */
function topicOf(id: string): string {
  return id.split('.')[0]!.replaceAll('-', '').slice(0, 32);
}

function subscriptionOf({ endpoint, p256dh, auth }: PushTarget): {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
} {
  return { endpoint, keys: { p256dh: toBase64Url(p256dh), auth: toBase64Url(auth) } };
}
