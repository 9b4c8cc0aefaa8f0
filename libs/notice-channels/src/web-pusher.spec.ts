import { systemClock, toBase64Url, utf8 } from '@coffer/foundation';
import { startPushService, Subscriber, verifyVapid, type PushService } from '@coffer/test-kit/node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generatePushKey, isOfPushService, isPushPoint, openWebPusher, pushPublicKey } from './index';

const privateKey = generatePushKey();
const contact = 'mailto:operator@example.net';
const message = { body: utf8('{"title":"Zwei Ratespiele übrig"}'), urgency: 'high' } as const;
const id = '0198c5d1-7f3a-7c41-9e0b-4a1d52f0b6c3.0198c5d1-7f3a-7c41-9e0b-4a1d52f0b6c4';

describe('openWebPusher', () => {
  let service: PushService;
  const subscriber = new Subscriber();
  beforeAll(async () => {
    service = await startPushService();
  });
  afterAll(() => service.close());
  beforeEach(() => {
    service.taken.length = 0;
    service.answers = [{ status: 201 }];
  });

  const { p256dh, auth } = subscriber;
  const target = () => ({ kind: 'push', endpoint: `${service.origin}/subscription/1`, p256dh, auth }) as const;
  const pusher = () => openWebPusher({ contact, services: [service.origin] }, privateKey, 5_000);

  it('sends what only the browser can read, signed with this deployment’s key', async () => {
    expect(await pusher()(target(), message, id)).toEqual({ is: 'sent' });
    const [{ path, headers, body }] = service.taken as [(typeof service.taken)[0]];
    expect(path).toBe('/subscription/1');
    expect(headers).toMatchObject({
      ...{ 'content-encoding': 'aes128gcm', urgency: 'high', ttl: '259200' },
      topic: '0198c5d17f3a7c419e0b4a1d52f0b6c3',
    });
    expect(body.includes('Ratespiele')).toBe(false);
    expect(subscriber.decrypt(body)).toBe('{"title":"Zwei Ratespiele übrig"}');
    expect(() => new Subscriber().decrypt(body)).toThrow();
    const { key, claims } = verifyVapid(headers.authorization!);
    expect(key).toBe(toBase64Url(pushPublicKey(privateKey)));
    expect(claims).toMatchObject({ aud: service.origin, sub: contact });
    // At most a day ahead (RFC 8292, section 2).
    const aheadMs = Number(claims['exp']) * 1000 - systemClock.nowMs();
    expect([aheadMs > 0, aheadMs <= 86_400_000]).toEqual([true, true]);
  });

  it.each([
    [200, {}, { is: 'sent' }],
    [404, {}, { is: 'gone' }],
    [410, {}, { is: 'gone' }],
    [413, {}, { is: 'refused' }],
    [403, {}, { is: 'refused' }],
    [429, { 'retry-after': '30' }, { is: 'later', retryAfterMs: 30_000 }],
    [503, { 'retry-after': 'Fri, 27 Nov 2026 03:00:00 GMT' }, { is: 'later', retryAfterMs: 0 }],
    [500, {}, { is: 'later', retryAfterMs: 0 }],
  ])('understands %d', async (status, headers, outcome) => {
    service.answers = [{ status, headers }];
    expect(await pusher()(target(), message, id)).toMatchObject(outcome);
  });

  it('follows no redirect: it would lead past the list of services', async () => {
    service.answers = [{ status: 307, headers: { location: `${service.origin}/elsewhere` } }, { status: 201 }];
    expect(await pusher()(target(), message, id)).toEqual({ is: 'refused' });
    expect(service.taken).toHaveLength(1);
  });

  it('asks no service that is not on the list, and no browser key that is no point', async () => {
    const elsewhere = openWebPusher({ contact, services: ['https://push.example.org'] }, privateKey, 5_000);
    expect(await elsewhere(target(), message, id)).toEqual({ is: 'refused' });
    expect(await pusher()({ ...target(), p256dh: new Uint8Array(65).fill(4) }, message, id)).toEqual({ is: 'refused' });
    expect(service.taken).toEqual([]);
  });

  it('comes back where the service is away', async () => {
    const away = { ...target(), endpoint: 'http://127.0.0.1:9/x' };
    const send = openWebPusher({ contact, services: ['http://127.0.0.1:9'] }, privateKey, 1_000);
    expect(await send(away, message, id)).toEqual({ is: 'later', retryAfterMs: 0, reason: 'no-answer' });
  });
});

describe('isOfPushService', () => {
  const services = ['https://fcm.googleapis.com', 'https://*.notify.windows.com'];

  it.each(['https://fcm.googleapis.com/fcm/send/x', 'https://db5p.notify.windows.com/w/?token=1'])(
    'knows %s',
    (url) => {
      expect(isOfPushService(url, services)).toBe(true);
    },
  );

  it.each([
    ...['http://fcm.googleapis.com/x', 'https://fcm.googleapis.com:8443/x', 'https://x@fcm.googleapis.com/x'],
    ...['https://notify.windows.com/x', 'https://evilnotify.windows.com/x', 'https://a.notify.windows.com.evil.org/x'],
    ...['https://127.0.0.1/x', 'https://fcm.googleapis.com.evil.org/x', 'file:///etc/passwd', 'x', ''],
  ])('refuses %j', (url) => {
    expect(isOfPushService(url, services)).toBe(false);
  });
});

describe('isPushPoint', () => {
  it('tells points of the curve from other bytes', () => {
    expect(isPushPoint(new Subscriber().p256dh)).toBe(true);
    expect(isPushPoint(pushPublicKey(generatePushKey()))).toBe(true);
    expect(isPushPoint(new Uint8Array(65).fill(4))).toBe(false);
    expect(isPushPoint(new Subscriber().p256dh.subarray(0, 64))).toBe(false);
  });
});
