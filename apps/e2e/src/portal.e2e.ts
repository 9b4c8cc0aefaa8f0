import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signedStatementFromJson, verifyVaultStatement } from '@coffer/evidence';
import { fromBase64Url } from '@coffer/foundation';
import { chromium, expect, test, type BrowserContext, type Request } from '@playwright/test';
import { canaries, expectAxeClean, signIn, storedByPage, unlock, wayIn } from './platform/portal-page';
import { readyPlatform } from './platform/ready-platform';

test.describe('restore portal', () => {
  test('signs in, counts guesses, unlocks, shows the newest message and finds it, and nothing leaves the origin', async ({
    page,
  }) => {
    const { urls } = readyPlatform();
    const { password, newestText } = canaries();
    const said: string[] = [];
    page.on('console', (message) => said.push(`${message.type()} ${message.text()}`));
    page.on('pageerror', (error) => said.push(`error ${error.message}`));
    await signIn(page);
    const asked: string[] = [];
    page.context().on('request', (request) => asked.push(request.url()));
    await expect(page.getByRole('heading', { name: /Last backup/ })).toBeVisible();
    await expect(page.getByText(/^Proven to be restorable .*\d/)).toBeVisible();
    await expectAxeClean(page);

    await wayIn(page, 'Password');
    await expect(page.getByText('10 guesses left')).toBeVisible();
    await expectAxeClean(page);
    await page.getByLabel('Backup password').fill('not the password');
    await page.getByRole('button', { name: 'Unlock' }).click();
    await expect(page.getByText('That password does not open this backup')).toBeVisible();
    await expect(page.getByText('9 guesses left')).toBeVisible();
    await expectAxeClean(page);

    await page.getByLabel('Backup password').fill(password);
    await page.getByRole('button', { name: 'Unlock' }).click();
    await expect(page.getByRole('list', { name: 'Chats' })).toBeVisible();
    await expectAxeClean(page);
    await page.getByRole('list', { name: 'Chats' }).getByRole('button').first().click();
    await expect(page.getByRole('feed').getByText(newestText)).toBeInViewport();
    await expectAxeClean(page);

    await test.step('its words find it, and they go nowhere', async () => {
      const field = page.getByRole('searchbox', { name: 'Search all messages' });
      await field.fill(`"${newestText.slice(1, -1).toUpperCase()}"`);
      await field.press('Enter');
      const hits = page.getByRole('list', { name: 'Messages found' });
      await expect(hits.getByText(newestText.slice(1, -1), { exact: true })).toBeVisible();
      await hits.getByRole('button').first().press('Enter');
      await expect(page.getByRole('feed').locator('[aria-current=true]')).toBeInViewport();
      await expectAxeClean(page);
      await field.fill('no message of anybody has this');
      await field.press('Enter');
      await expect(page.getByText('Nothing found')).toBeVisible();
      await expectAxeClean(page);
      await page.getByRole('button', { name: 'Back to the list of chats' }).click();
      await expect(page.getByRole('list', { name: 'Chats' })).toBeVisible();
    });

    await test.step('a damaged pack is named, and nothing is proven; everything sound is', async () => {
      const proofs = new Set<Request>();
      page.context().on('request', (request) => {
        if (request.method() === 'POST' && request.url().endsWith('/v1/proofs')) proofs.add(request);
      });
      await page.getByRole('button', { name: 'Check that my backup can be restored' }).click();
      await expect(page.getByRole('heading', { name: 'Can this backup be restored?' })).toBeVisible();
      await expectAxeClean(page);
      await page.getByRole('radio', { name: /^Everything/ }).check();
      let damaged = '';
      await page.context().route('**/objects/packs/**', async (route) => {
        // The portal serves nobody else, and what fetches for a test does not say where it comes from.
        const headers = { ...(await route.request().allHeaders()), 'sec-fetch-site': 'same-origin' };
        const answer = await route.fetch({ headers });
        const bytes = await answer.body();
        damaged = new URL(route.request().url()).pathname.replace(/^.*\/objects\//, '');
        bytes[bytes.length >> 1]! ^= 1;
        await route.fulfill({ response: answer, body: bytes });
      });
      await page.getByRole('button', { name: 'Start the check' }).click();
      await expect(page.getByText('One part of this backup is damaged or missing')).toBeVisible();
      await page.getByText('What is damaged', { exact: true }).click();
      await expect(page.getByText(`${damaged} is damaged`)).toBeVisible();
      await expectAxeClean(page);
      expect(asked.filter((url) => url.includes('/proofs'))).toEqual([]);
      await page.context().unroute('**/objects/packs/**');

      const told = page.waitForResponse((answer) => answer.url().endsWith('/v1/account'));
      await page.getByRole('button', { name: 'Check again' }).click();
      const account = (await (await told).json()) as {
        accountId: string;
        ownerGeneration: number;
        ownerPublicKey: string;
      };
      await expect(page.getByText('The vault has a proof of it that your key has signed.')).toBeVisible();
      await expectAxeClean(page);
      const [request] = [...proofs] as [Request];
      const { vaultId } = JSON.parse(readFileSync(readyPlatform().deploymentFile, 'utf8')) as { vaultId: string };
      const { body: proof } = verifyVaultStatement(signedStatementFromJson(request.postDataJSON()), {
        ...({ purpose: 'proof', vaultId: fromBase64Url(vaultId), account: account.accountId } as const),
        ...{ generation: account.ownerGeneration, ownerPublicKey: fromBase64Url(account.ownerPublicKey) },
        nowMs: Date.parse((await (await request.response())?.headerValue('date')) ?? ''),
      });
      expect([(await request.response())?.status(), proofs.size, proof.samplePercent]).toEqual([201, 1, 100]);
      expect(proof.objects.map(({ path }) => path)).toContain(damaged);
    });

    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((url) => new URL(url).origin !== new URL(urls.portal).origin)).toEqual([]);
    const everything = [...asked, ...said, await storedByPage(page)].join('\n');
    for (const secret of [password, 'not the password', newestText, 'no message of anybody'])
      expect(everything).not.toContain(secret);
    expect(said.filter((line) => /^(error|warning)/.test(line))).toEqual([]);
    expect(await page.title()).toBe('Coffer');
  });

  test('gives all guesses back to who knows the password', async ({ page }) => {
    await signIn(page);
    await wayIn(page, 'Password');
    await expect(page.getByText('10 guesses left')).toBeVisible();
  });

  test('seals everything again when it is locked, and when the page is loaded anew', async ({ page }) => {
    const { password, newestText } = canaries();
    await signIn(page);
    await unlock(page, password);
    await page.getByRole('list', { name: 'Chats' }).getByRole('button').first().click();
    await expect(page.getByText(newestText)).toBeVisible();
    await page.getByRole('button', { name: 'Lock' }).click();
    await expect(page.getByRole('heading', { name: 'Your backups' })).toBeVisible();
    await expect(page.getByText(newestText)).toHaveCount(0);
    await page.goBack();
    await expect(page.getByText(newestText)).toHaveCount(0);

    await page.goto(readyPlatform().urls.portal);
    await unlock(page, password);
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Your backups' })).toBeVisible();
    await wayIn(page, 'Password');
    await expect(page.getByLabel('Backup password')).toHaveValue('');
  });

  test('tells a key of another backup from a wrong password, and counts nothing for it', async ({ page }) => {
    await signIn(page);
    await wayIn(page, '64-digit key');
    const field = page.getByRole('textbox', { name: '64-digit key' });
    await field.fill('zz'.repeat(10) + '01'.repeat(31));
    await expect(page.getByText('62 of 64 digits')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Unlock' })).toBeDisabled();
    await field.press('End');
    await field.pressSequentially('01');
    await page.getByRole('button', { name: 'Unlock' }).click();
    await expect(page.getByText('These digits open another backup')).toBeVisible();
    await expectAxeClean(page);
    await page.getByRole('radio', { name: /^Password/ }).check();
    await expect(page.getByText('10 guesses left')).toBeVisible();
  });

  test('has a device that cannot speak to a foreign origin', async ({ page }) => {
    const heard: string[] = [];
    const foreign = createServer((request, response) => {
      heard.push(String(request.url));
      response.writeHead(200, { 'access-control-allow-origin': '*' }).end('heard');
    });
    await new Promise<void>((listening) => foreign.listen(0, '127.0.0.1', listening));
    const target = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}/secret`;
    await signIn(page);
    const [worker] = page.workers();
    expect(worker?.url()).toBe(`${readyPlatform().urls.portal}/device/worker.js`);
    const attempt = async (url: string): Promise<string> => {
      try {
        return await (await fetch(url, { mode: 'no-cors' })).text();
      } catch {
        return 'refused';
      }
    };
    expect(await worker?.evaluate(attempt, target)).toBe('refused');
    expect(await page.evaluate(attempt, target)).toBe('refused');
    const byScript = await worker?.evaluate((url) => {
      try {
        (self as unknown as { importScripts(from: string): void }).importScripts(url);
        return 'ran';
      } catch {
        return 'refused';
      }
    }, target);
    expect(byScript).toBe('refused');
    foreign.close();
    expect(heard).toEqual([]);
  });

  test('runs no text as code and no markup as script', async ({ page }) => {
    await signIn(page);
    const outcomes = await page.evaluate(async () => {
      // What the debugger itself evaluates may make code out of text; a later task of the page may not.
      await new Promise((later) => setTimeout(later));
      const attempt = (act: () => unknown): string => {
        try {
          act();
          return 'done';
        } catch {
          return 'refused';
        }
      };
      return [
        attempt(() => (document.createElement('div').innerHTML = '<img src=x onerror=alert(1)>')),
        attempt(() => Reflect.construct(Function, ['return 1'])),
        attempt(() => (document.createElement('script').src = 'http://127.0.0.1:9/x.js')),
        attempt(() => (document.createElement('script').src = '/_next/static/chunks/own.js')),
      ];
    });
    expect(outcomes).toEqual(['refused', 'refused', 'refused', 'done']);
  });

  test('is passed by when the session or the CSRF token is missing', async ({ page, request }) => {
    const { urls } = readyPlatform();
    await signIn(page);
    const bare = await page.evaluate(async () => (await fetch('/v1/account')).status);
    expect(bare).toBe(403);
    const answer = await request.get(`${urls.portal}/v1/account`, { headers: { 'sec-fetch-site': 'same-origin' } });
    expect([answer.status(), ((await answer.json()) as { code: string }).code]).toEqual([401, 'unauthenticated']);
  });

  test('leaves no secret in the profile of the browser', async ({ launchOptions }) => {
    const { password, newestText } = canaries();
    const profile = mkdtempSync(join(tmpdir(), 'coffer-profile-'));
    let context: BrowserContext | undefined;
    try {
      context = await chromium.launchPersistentContext(profile, launchOptions);
      const page = await context.newPage();
      await signIn(page);
      await unlock(page, password);
      await page.getByRole('list', { name: 'Chats' }).getByRole('button').first().click();
      await expect(page.getByText(newestText)).toBeVisible();
      await context.close();
      context = undefined;
      const files = readdirSync(profile, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      expect(files.length).toBeGreaterThan(10);
      const forms = [password, newestText].flatMap((text) => [Buffer.from(text), Buffer.from(text, 'utf16le')]);
      const found = files.filter(({ parentPath, name }) => {
        const bytes = readFileSync(join(parentPath, name));
        return forms.some((form) => bytes.includes(form));
      });
      expect(found.map(({ name }) => name)).toEqual([]);
    } finally {
      await context?.close();
      rmSync(profile, { recursive: true, force: true });
    }
  });

  test('ends the session here and at the provider', async ({ page }) => {
    const { urls } = readyPlatform();
    await signIn(page);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL((url) => url.origin === new URL(urls.identity).origin);
    await page.goto(urls.portal);
    await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
    await expectAxeClean(page);
  });
});
