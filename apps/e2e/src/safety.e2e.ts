import { createECDH, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { requireSigningSeed } from '@coffer/crypto';
import { ledgerOrigin, signCheckpoint } from '@coffer/evidence';
import { fromBase64Url } from '@coffer/foundation';
import { expect, test, type Locator, type Page, type Request } from '@playwright/test';
import { addAuthenticator } from './platform/authenticator';
import { canaries, expectAxeClean, passProvider, signIn, storedByPage, unlock, wayIn } from './platform/portal-page';
import type { DeliveredPush } from './platform/push-service';
import { readyPlatform } from './platform/ready-platform';
import { newStartWaitSeconds } from './platform/start-platform';

/** What the console says, errors and warnings alone. */
function complaintsOf(page: Page): string[] {
  const said: string[] = [];
  page.on('console', (message) => {
    if (/^(error|warning)$/.test(message.type())) said.push(message.text());
  });
  page.on('pageerror', (error) => said.push(error.message));
  return said;
}

/** The words of the label of a field. */
function labelOf(field: Locator): Promise<string> {
  return field.evaluate((input) => (input as HTMLInputElement).labels?.[0]?.textContent ?? '');
}

async function toSafety(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Safety', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Safety', level: 1 })).toBeVisible();
  // What is on its way moves what stands below it.
  await expect(page.getByRole('main').locator('[role=status] > .sr-only')).toHaveCount(0);
}

/** A browser's own push service is not reached from here: it answers with this subscription, and the permission is given. */
async function withPushService(page: Page): Promise<void> {
  const keys = createECDH('prime256v1');
  const given = {
    endpoint: `${readyPlatform().pushService}/browser-1`,
    keys: { p256dh: keys.generateKeys().toString('base64url'), auth: randomBytes(16).toString('base64url') },
  };
  await page.context().grantPermissions(['notifications'], { origin: readyPlatform().urls.portal });
  await page.addInitScript((subscription) => {
    let isOn = false;
    const answer = {
      endpoint: subscription.endpoint,
      toJSON: () => subscription,
      unsubscribe: async () => {
        isOn = false;
        return true;
      },
    };
    Object.assign(PushManager.prototype, {
      subscribe: async () => {
        isOn = true;
        return answer;
      },
      getSubscription: async () => (isOn ? answer : null),
    });
  }, given);
}

/** What the worker asks the browser to show for a message that its push service brought and it has decrypted. */
async function shownFor(page: Page, message: object): Promise<unknown> {
  // A browser without a screen shows nothing: what it is asked counts.
  const [worker] = page.context().serviceWorkers();
  await worker?.evaluate(() => {
    const scope = self as unknown as { shown: unknown[]; registration: ServiceWorkerRegistration };
    scope.shown = [];
    scope.registration.showNotification = async (title, options) => void scope.shown.push([title, options?.body]);
  });
  const session = await page.context().newCDPSession(page);
  const registered = new Promise<string>((found) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const own = registrations.find(({ scopeURL }) => scopeURL.endsWith('/push/'));
      if (own !== undefined) found(own.registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  const to = { origin: readyPlatform().urls.portal, registrationId: await registered };
  await session.send('ServiceWorker.deliverPushMessage', { ...to, data: JSON.stringify(message) });
  const shown = () => worker?.evaluate(() => (self as unknown as { shown: unknown[] }).shown);
  await expect.poll(shown).toHaveLength(1);
  return shown();
}

/** A checkpoint of this vault's ledger, signed by a key that nobody has pinned. */
function strangersCheckpoint(): string {
  const { vaultId } = JSON.parse(readFileSync(readyPlatform().deploymentFile, 'utf8')) as { vaultId: string };
  const origin = ledgerOrigin(fromBase64Url(vaultId));
  const stranger = { name: origin, secret: requireSigningSeed(randomBytes(32)) };
  return signCheckpoint({ origin, size: 1, root: randomBytes(32), extensions: [] }, stranger);
}

test.describe('safety page', () => {
  test('checks the ledger against what this browser has seen, and shows messages in it', async ({ page }) => {
    const said = complaintsOf(page);
    await withPushService(page);
    await signIn(page);
    const asked: string[] = [];
    page.context().on('request', (request) => asked.push(request.url()));
    const events = page.getByRole('list', { name: 'Events, the newest first' }).getByRole('listitem');

    await test.step('keyslots, news, claims and the ledger', async () => {
      await toSafety(page);
      await expect(page.getByText('The ledger holds')).toBeVisible();
      await expect(page.getByText('checked it for the first time')).toBeVisible();
      await expect(events).not.toHaveCount(0);
      await expect(page.getByText('Nobody but a device that holds the backup key can read a backup.')).toBeVisible();
      await expect(page.getByRole('list', { name: 'News' }).getByRole('listitem')).not.toHaveCount(0);
      await expect(page.getByText('10 guesses left').first()).toBeVisible();
      await page.getByText('Who could get what').click();
      await expectAxeClean(page);
    });

    await test.step('a checkpoint that another key has signed', async () => {
      const body = strangersCheckpoint();
      await page
        .context()
        .route('**/v1/ledger/checkpoint', (route) => route.fulfill({ contentType: 'text/plain', body }));
      await page.getByRole('button', { name: 'Look again' }).click();
      await expect(page.getByText('The ledger is not signed by the key that it should be')).toBeVisible();
      await expect(page.getByText('The ledger holds')).toHaveCount(0);
      await expect(events).toHaveCount(0);
      await page.context().unroute('**/v1/ledger/checkpoint');
    });

    await test.step('what was seen outlives the page', async () => {
      await page.reload();
      await toSafety(page);
      await expect(page.getByText('It grew from what this browser had seen before.')).toBeVisible();
      expect(asked.filter((url) => new URL(url).pathname.startsWith('/v1/ledger/tile/'))).not.toEqual([]);
    });

    await test.step('messages are turned on, and one is shown', async () => {
      await page.getByRole('button', { name: 'Get news by e-mail or in this browser' }).click();
      await page.getByRole('button', { name: 'Turn on messages here' }).click();
      await expect(page.getByText('Messages are on in this browser.')).toBeVisible();
      await expect(page.getByRole('list', { name: 'Where you are told' })).toContainText('This browser');
      const message = {
        v: 1,
        noticeId: 'n',
        severity: 'info',
        title: 'Somebody <b>tries</b>',
        text: 'Look at Coffer.',
      };
      expect(await shownFor(page, message)).toEqual([['Somebody <b>tries</b>', 'Look at Coffer.']]);
      // The worker answers for no page.
      expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBeNull();
      await page.getByRole('checkbox', { name: 'Nothing else in the night' }).check();
      await page.getByRole('button', { name: 'Save' }).click();
      await expect(page.getByText('Saved.')).toBeVisible();
      await expectAxeClean(page);
    });

    await test.step('and turned off, of which the browser is told', async () => {
      await page.getByRole('button', { name: 'Turn off messages here' }).click();
      await expect(page.getByRole('button', { name: 'Turn on messages here' })).toBeVisible();
      await expect(page.getByText('This browser', { exact: true })).toHaveCount(0);
      await expect
        .poll(async () => (await (await fetch(readyPlatform().pushService)).json()) as DeliveredPush[])
        .toContainEqual(expect.objectContaining({ path: '/browser-1', encoding: 'aes128gcm' }));
    });
    expect(asked.filter((url) => new URL(url).origin !== new URL(readyPlatform().urls.portal).origin)).toEqual([]);
    expect(said).toEqual([]);
  });

  test('asks for a fresh sign-in before a deletion, comes back to it, and the key keeps the account', async ({
    page,
  }) => {
    await signIn(page);
    await toSafety(page);
    await page.getByRole('button', { name: 'Delete this account' }).click();
    await page.getByRole('checkbox', { name: /every backup of this account will be gone/ }).check();
    await page.context().route('**/v1/account/deletion', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: 403,
            contentType: 'application/problem+json',
            body: JSON.stringify({ type: 'x', title: 'x', status: 403, code: 'fresh-login-required', requestId: 'r' }),
          })
        : route.fallback(),
    );
    await page.getByRole('button', { name: 'Ask for the deletion' }).click();
    await expect(page.getByText('Sign in once more')).toBeVisible();
    await expectAxeClean(page);
    await page.context().unroute('**/v1/account/deletion');
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await passProvider(page);
    await expect(page.getByRole('heading', { name: 'Delete this account', level: 1 })).toBeVisible();
    await page.getByRole('checkbox', { name: /every backup of this account will be gone/ }).check();
    await page.getByRole('button', { name: 'Ask for the deletion' }).click();
    await expect(page.getByText(/This account is deleted on/)).toBeVisible();
    await expectAxeClean(page);
    // The password ends it by itself.
    await page.getByRole('button', { name: 'All backups' }).click();
    await unlock(page, canaries().password);
    await toSafety(page);
    await expect(page.getByText('The deletion of this account was cancelled').first()).toBeVisible();
    await page.getByRole('button', { name: 'Delete this account' }).click();
    await page.getByRole('checkbox', { name: /every backup of this account will be gone/ }).check();
    await page.getByRole('button', { name: 'Ask for the deletion' }).click();
    await page.getByRole('button', { name: 'Keep the account' }).click();
    await expect(page.getByText('The account stays')).toBeVisible();
  });

  test('sets up a key by its digits, saves its emergency kit, and asks later whether they are still there', async ({
    page,
  }) => {
    const said = complaintsOf(page);
    await signIn(page, 'alex');
    await page.getByRole('button', { name: 'Set up the backup key' }).click();
    await page.getByRole('button', { name: 'Sign in once more and begin' }).click();
    await passProvider(page, 'alex');
    await page.getByRole('radio', { name: /^64-digit key/ }).check();
    await expectAxeClean(page);
    await page.getByRole('button', { name: 'Go on' }).click();
    const row = page.getByRole('listitem', { name: /^Row/ });
    await expect(row).toHaveCount(4);
    const rows = await row.allInnerTexts();
    const digits = rows.map((text) => text.replaceAll(/\s/g, '').slice(0, 16)).join('');
    await expectAxeClean(page);
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the emergency kit (PDF)' }).click();
    const kit = readFileSync(await (await saving).path(), 'latin1');
    expect(kit.slice(0, 8)).toBe('%PDF-1.4');
    expect(kit).toContain(digits.slice(0, 16).replaceAll(/.{4}(?!$)/g, '$& '));
    await page.getByRole('button', { name: 'I have recorded it' }).click();
    await page.getByLabel('The 64 digits').fill(digits);
    await page.getByRole('checkbox', { name: /has lost the backups/ }).check();
    await page.getByRole('button', { name: 'Put the key in force' }).click();
    await expect(page.getByText('Your backup key is in force')).toBeVisible();
    expect(await storedByPage(page)).not.toContain(digits.slice(0, 16));
    await page.getByRole('button', { name: 'To your backups' }).click();
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByRole('textbox', { name: '64-digit key' }).fill(digits);
    await page.getByRole('button', { name: 'Unlock' }).click();
    await expect(page.getByText('The key is right, and the backup is empty so far.')).toBeVisible();

    await toSafety(page);
    await page.getByRole('button', { name: 'Do I still have it?' }).click();
    await expectAxeClean(page);
    for (const field of await page.getByLabel(/^Group \d+$/).all()) {
      const group = Number(/\d+/.exec(await labelOf(field))![0]);
      await field.fill(digits.slice(4 * (group - 1), 4 * group));
    }
    await page.getByRole('button', { name: 'Check it' }).click();
    await expect(page.getByText('Yes: this opens your backups')).toBeVisible();
    expect(said).toEqual([]);
  });

  // The last of all: the sample account has another key afterwards.
  test('replaces the backup key with its passkey and password, and the lost one by a new start', async ({ page }) => {
    const said = complaintsOf(page);
    const { password, newestText } = canaries();
    await addAuthenticator(page, true);
    await signIn(page);
    await unlock(page, password);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByRole('button', { name: 'Make the passkey' }).click();
    await expect(page.getByText('The passkey opens your backups now')).toBeVisible();
    await toSafety(page);
    await page.getByRole('button', { name: 'Replace the backup key' }).click();
    await page.getByRole('button', { name: 'Take a passkey along' }).click();
    await expect(page.getByText(/All of them come along|One of \d is taken along/)).toBeVisible();
    await page.getByLabel('New password for your backups').fill(password);
    await page.getByLabel('The same password once more').fill(password);
    await expectAxeClean(page);
    await page.getByRole('button', { name: 'Replace the key now' }).click();
    await expect(page.getByText('The new key is in force')).toBeVisible();
    for (const way of ['Passkey', 'Password'] as const) {
      await page.getByRole('button', { name: 'Lock' }).click();
      await wayIn(page, way);
      if (way === 'Password') await page.getByLabel('Backup password').fill(password);
      await page.getByRole('button', { name: /^Unlock/ }).click();
      await page.getByRole('list', { name: 'Chats' }).getByRole('button').first().click();
      await expect(page.getByRole('feed').getByText(newestText)).toBeInViewport();
    }
    await finishNewStart(page);
    expect(said).toEqual([]);
  });
});

/** Asks for a new start, stops it with the key, and finishes a second one: a new password opens a backup of its own. */
async function finishNewStart(page: Page): Promise<void> {
  const password = 'orchard lantern bicycle seventeen';
  await toSafety(page);
  await page.getByRole('button', { name: 'I have lost my key and my password' }).click();
  await expectAxeClean(page);
  const ask = page.getByRole('button', { name: 'Ask for a new start' });
  const stop = page.getByRole('button', { name: 'Stop the new start' });
  await ask.click();
  // The wait ends while the stop is on its way. Reading anew then would show what was before the stop, and lose what came of it.
  const readAnew: string[] = [];
  const note = (request: Request): unknown => request.url().endsWith('/v1/new-starts') && readAnew.push(request.url());
  await page.context().route('**/v1/new-starts/*/cancel', async (route) => {
    page.context().on('request', note);
    await page.waitForTimeout(newStartWaitSeconds * 1000 + 200);
    page.context().off('request', note);
    await route.continue();
  });
  await stop.click();
  await expect(page.getByText('The new start is stopped')).toBeVisible();
  expect(readAnew).toEqual([]);
  await page.context().unrouteAll();

  // One that is stopped when it was open is not shown again while the next is asked for.
  await ask.click();
  await expect(page.getByText('The new start is open until')).toBeVisible();
  await stop.click();
  await expect(page.getByText('The new start is stopped')).toBeVisible();
  await ask.click();
  await page.getByLabel('New password for your backups').fill('aaaaaaaaaaaa');
  await expect(page.getByText('Too easy to guess')).toBeVisible();
  await page.getByLabel('New password for your backups').fill(password);
  await expect(page.getByText('This is hard to guess.')).toBeVisible();
  await page.getByLabel('The same password once more').fill(password);
  await page.getByRole('checkbox', { name: /stay closed unless that key turns up/ }).check();
  await expectAxeClean(page);
  await page.getByRole('button', { name: 'Set the new key and password' }).click();
  await expect(page.getByText('Your account has a new key')).toBeVisible();
  expect(await storedByPage(page)).not.toContain(password);

  // The old backup stays, closed; the new one stands first.
  await page.getByRole('button', { name: 'Backups', exact: true }).click();
  const backups = page.getByRole('main').getByRole('list').first().getByRole('listitem');
  await backups.filter({ hasText: 'Nothing has been backed up here yet' }).getByRole('button').click();
  await page.getByRole('radio', { name: /^Password/ }).check();
  await page.getByLabel('Backup password').fill(password);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(page.getByText('The key is right, and the backup is empty so far.')).toBeVisible();
}
