import { DeviceError, type DeviceClient, type DeviceResult } from '@coffer/device-protocol';
import { fromBase64Url } from '@coffer/foundation';
import { PushError } from './push-error';

type Channel = DeviceResult<'addPush'>;

const scriptUrl = '/push/worker.js';
const scope = '/push/';
/** Name in this origin's storage: which entry of the list of channels is this browser. No secret. */
const channelKey = 'coffer-push-channel';

/** Whether this browser can show messages at all. */
export function hasPush(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
}

/** The channel that is this browser, as long as its subscription stands (it ends with the permission); null where there is none. */
export async function findOwnChannel(channels: readonly Channel[]): Promise<Channel | null> {
  const own = channels.find(({ channelId }) => channelId === window.localStorage.getItem(channelKey));
  if (own === undefined || !hasPush()) return null;
  const registration = await navigator.serviceWorker.getRegistration(scope);
  const subscription = await registration?.pushManager.getSubscription();
  return subscription == null ? null : own;
}

/**
 * Asks the person, subscribes this browser and hands the subscription over. One that was there before, of another account perhaps,
 * ends: nobody gets the messages of somebody else.
 *
 * @param pushKey - of the deployment (RFC 8292), base64url
 * @throws PushError; DeviceError
 */
export async function turnOn(device: DeviceClient, pushKey: string): Promise<void> {
  if (!hasPush()) throw new PushError('unsupported', 'this browser has no push messages');
  if ((await Notification.requestPermission()) !== 'granted') {
    throw new PushError('denied', 'notifications of this site are not allowed');
  }
  const subscription = await subscribe(fromBase64Url(pushKey).slice());
  try {
    const { endpoint, keys = {} } = subscription.toJSON();
    const { p256dh = '', auth = '' } = keys;
    const { channelId } = await device.call('addPush', { endpoint: endpoint ?? subscription.endpoint, p256dh, auth });
    window.localStorage.setItem(channelKey, channelId);
  } catch (error) {
    await subscription.unsubscribe();
    throw error;
  }
}

/** Ends a channel, and where it is this browser the subscription and the worker with it. @throws DeviceError */
export async function endChannel(device: DeviceClient, { channelId }: Pick<Channel, 'channelId'>): Promise<void> {
  try {
    await device.call('removeChannel', { channelId });
  } catch (error) {
    // Removed on another device: what is here has to go all the same.
    if (!(error instanceof DeviceError) || error.code !== 'not-found') throw error;
  }
  if (window.localStorage.getItem(channelKey) !== channelId) return;
  window.localStorage.removeItem(channelKey);
  const registration = await navigator.serviceWorker.getRegistration(scope);
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
  await registration?.unregister();
}

async function subscribe(applicationServerKey: Uint8Array<ArrayBuffer>): Promise<PushSubscription> {
  try {
    const registration = await navigator.serviceWorker.register(scriptUrl, { scope, updateViaCache: 'none' });
    await activated(registration);
    await (await registration.pushManager.getSubscription())?.unsubscribe();
    return await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  } catch (cause) {
    const isDenied = cause instanceof DOMException && cause.name === 'NotAllowedError';
    throw new PushError(isDenied ? 'denied' : 'no-service', 'the browser gave no subscription', { cause });
  }
}

/** Only an active worker can be subscribed; `ready` speaks of workers that answer for this page, which this one does not. */
async function activated({ installing, waiting, active }: ServiceWorkerRegistration): Promise<void> {
  const worker = installing ?? waiting;
  if (active !== null || worker === null) return;
  await new Promise<void>((done, fail) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') done();
      if (worker.state === 'redundant') fail(new DOMException('the worker did not start', 'AbortError'));
    });
  });
}
