import { existsSync } from 'node:fs';

import { axeFaults } from '@coffer/test-kit/node';
import { chromium, type Browser, type BrowserContext, type Cookie, type Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { lateDrawingStyle } from '../src/server/page-policy';
import { startOpsApi, type OpsApi } from './ops-api';
import { purgeObjects } from './ops-figures';
import { startDashboard, type RunningDashboard } from './running-dashboard';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const hasBrowser = existsSync(executablePath);
if (!hasBrowser) {
  if (process.env['CI'] === 'true') throw new Error(`no Chromium at ${executablePath}; set CHROMIUM_PATH`);
  process.stderr.write(
    `SKIPPED ops-dashboard in a browser: no Chromium at ${executablePath} (apt-get install chromium)\n`,
  );
}

const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const failed = purgeObjects.objects.find(({ state }) => state === 'failed')!;
const sections = ['Vault', 'Purge', 'Jobs', 'Storage', 'Ledger', 'Claims'];

describe.skipIf(!hasBrowser)('ops-dashboard in a browser', () => {
  let api: OpsApi;
  let dashboard: RunningDashboard;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let staffSession: readonly Cookie[] | undefined;
  const complaints: string[] = [];
  const foreign: string[] = [];

  beforeAll(async () => {
    api = await startOpsApi();
    dashboard = await startDashboard(api.url);
    browser = await chromium.launch({ executablePath, args });
  });

  afterAll(async () => {
    await browser.close();
    await dashboard.close();
    await api.close();
  });

  beforeEach(async () => {
    api.refusal = undefined;
    complaints.length = 0;
    foreign.length = 0;
    context = await browser.newContext();
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      const { origin } = new URL(request.url());
      if (origin !== dashboard.url && origin !== dashboard.issuer) foreign.push(request.url());
    });
  });

  afterEach(async () => {
    expect(foreign).toEqual([]);
    await context.close();
  });

  async function signIn(username = 'morgan', path = '/vault'): Promise<void> {
    await page.goto(`${dashboard.url}${path}`);
    await page.getByRole('link', { name: 'Sign in as staff' }).click();
    await page.getByLabel('Name', { exact: true }).fill(username);
    await page.getByLabel('Password', { exact: true }).fill(`${username}-demo-pass`);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  describe('sign-in', () => {
    it('lets staff in and goes to the page that was asked for', async () => {
      await signIn('morgan', '/purge?bucket=failed');
      await page.getByRole('heading', { name: 'Purge', level: 1 }).waitFor();
      expect(page.url()).toBe(`${dashboard.url}/purge?bucket=failed`);
      expect(api.roles).toEqual(['coffer-staff']);
      const cookies = (await context.cookies()).filter(({ name }) => name.startsWith('coffer-dashboard'));
      expect(cookies.length).toBeGreaterThan(0);
      expect(cookies.every(({ httpOnly, sameSite }) => httpOnly && sameSite === 'Lax')).toBe(true);
      const stored = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]));
      expect(stored).toBe('[{},{},""]');
      expect(await page.content()).not.toMatch(/eyJ[\w-]+\.eyJ/);
    });

    it('lets nobody in who is not staff, and offers another account', async () => {
      await signIn('sam');
      await page.getByText('This account is not staff').waitFor();
      await page.goto(`${dashboard.url}/vault`);
      await page.getByRole('link', { name: 'Sign in as staff' }).waitFor();
      await page.goto(`${dashboard.url}/?sign-in=not-staff`);
      await page.getByRole('link', { name: 'Sign in as somebody else' }).click();
      await page.getByLabel('Name', { exact: true }).waitFor();
    });

    it('D06: begins anew when the callback was not asked for by this browser', async () => {
      await page.goto(`${dashboard.url}/auth/callback?code=x&state=y`);
      await page.getByText('The sign-in did not succeed').waitFor();
    });

    it('D06: leads nowhere but to itself and the provider, and takes the answer to its own question alone', async () => {
      await signIn();
      const once = { maxRedirects: 0 };
      const elsewhere = 'https://evil.test/';
      const hints = new URLSearchParams({ to: elsewhere, returnTo: elsewhere, redirect_uri: elsewhere }).toString();
      /** The callback that the provider leads to, for who is signed in there. */
      const callbackOf = async (address: string): Promise<URL> => {
        const next = new URL((await context.request.get(address, once)).headers()['location']!, address);
        expect([dashboard.url, dashboard.issuer]).toContain(next.origin);
        return next.pathname === '/auth/callback' ? next : callbackOf(next.href);
      };
      const finish = async (change: (query: URLSearchParams) => void): Promise<string | undefined> => {
        const callback = await callbackOf(`${dashboard.url}/auth/sign-in?${hints}`);
        expect(callback.searchParams.get('iss')).toBe(dashboard.issuer);
        change(callback.searchParams);
        return (await context.request.get(callback.href, once)).headers()['location'];
      };
      const changes: ((query: URLSearchParams) => void)[] = [
        (query) => query.delete('state'),
        (query) => query.set('state', 'A'.repeat(43)),
        (query) => query.delete('iss'),
        (query) => query.set('iss', 'https://login.evil.test'),
        (query) => query.delete('code'),
      ];
      for (const change of changes) expect(await finish(change)).toBe(`${dashboard.url}/?sign-in=failed&to=%2Fvault`);
      expect(await finish((query) => query.set('to', elsewhere))).toBe(`${dashboard.url}/vault`);
    });

    it('ends here and at the provider when somebody signs out', async () => {
      await signIn();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('link', { name: 'Sign in as staff' }).waitFor();
      expect((await context.cookies()).some(({ name }) => name === 'coffer-dashboard')).toBe(false);
    });
  });

  /** The session of a member of staff who has signed in once, in a browser of their own. */
  async function enter(path = '/vault'): Promise<void> {
    if (staffSession === undefined) {
      await signIn('morgan', path);
      await page.waitForURL(`${dashboard.url}${path}`);
      staffSession = await context.cookies();
      return;
    }
    await context.addCookies([...staffSession]);
    await page.goto(`${dashboard.url}${path}`);
  }

  describe('screens', () => {
    it('show their figures without a complaint of the browser, and pass axe in light and dark', async () => {
      await enter();
      const shown: Record<string, string> = {};
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        for (const section of sections) {
          await page.getByRole('link', { name: section, exact: true }).click();
          await page.getByRole('heading', { name: section, level: 1 }).waitFor();
          await page.waitForURL(new RegExp(`/${section.toLowerCase()}`));
          await page.locator('[data-stale]').waitFor();
          shown[section] = await page.locator('main').innerText();
          // What is dark differs in its colours alone.
          const faults = await axeFaults(page, colorScheme === 'dark' ? ['color-contrast'] : undefined);
          expect(faults, `${section} ${colorScheme}`).toEqual([]);
        }
      }
      expect(shown['Vault']).toContain('40 proven, 2 not');
      expect(shown['Vault']).toContain('PostgreSQL 18');
      expect(shown['Purge']).toContain('equals the sum of the buckets');
      expect(shown['Jobs']).toContain('unreachable');
      expect(shown['Storage']).toContain('not counted');
      expect(shown['Ledger']).toContain('98,765');
      expect(shown['Claims']).toContain('does not hold');
      expect(complaints).toEqual([]);
    }, 180_000);

    it('fit a narrow window without scrolling sideways', async () => {
      await page.setViewportSize({ width: 360, height: 740 });
      await enter();
      for (const section of sections) {
        await page.goto(`${dashboard.url}/${section.toLowerCase()}`);
        await page.getByRole('heading', { name: section, level: 1 }).waitFor();
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      }
    });

    it('D04: send a policy that allows no script but their own, and no frame around them', async () => {
      const response = await page.goto(dashboard.url);
      const policy = response!.headers()['content-security-policy']!;
      expect(policy).toMatch(/script-src 'nonce-[\w+/=]+' 'strict-dynamic'/);
      // The one hash that React's late drawings need allows a style attribute, never a script.
      expect(policy.replace(`style-src-attr ${lateDrawingStyle}`, '')).not.toContain('unsafe');
      expect(policy).toContain("require-trusted-types-for 'script'");
      expect(response!.headers()['cache-control']).toContain('no-store');
      const isRefused = page.evaluate(() => {
        document.body.innerHTML = '<img src="data:," onerror="document.title = 1">';
      });
      await expect(isRefused).rejects.toThrow('TrustedHTML');
    });

    it('D04: keep every answer out of caches, frames and other origins', async () => {
      await enter();
      const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
      const headers = { cookie, origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' };
      const asked: readonly (readonly [string, RequestInit])[] = [
        ...sections.map((section) => [`/${section.toLowerCase()}`, { headers }] as const),
        ['/no-such-page', { headers }],
        ['/auth/sign-in', { headers, redirect: 'manual' }],
        ['/auth/callback?code=x', { headers, redirect: 'manual' }],
        ['/auth/sign-out', { headers, method: 'POST', body: new URLSearchParams({ csrf: 'x' }), redirect: 'manual' }],
        ['/acts/retry', { headers, method: 'POST', body: new URLSearchParams({ csrf: 'x' }), redirect: 'manual' }],
      ];
      for (const [path, init] of asked) {
        const answer = await fetch(`${dashboard.url}${path}`, init);
        await answer.body?.cancel();
        expect([path, answer.headers.get('cache-control')]).toEqual([path, expect.stringContaining('no-store')]);
        expect([path, answer.headers.get('access-control-allow-origin')]).toEqual([path, null]);
        expect([path, answer.headers.get('cross-origin-resource-policy')]).toEqual([path, 'same-origin']);
        const isPage = answer.headers.get('content-type')?.includes('html') === true;
        if (isPage) expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
        if (init.method === 'POST') expect([path, answer.status]).toEqual([path, 403]);
      }
    });

    it('say what is weaker than documented on every section', async () => {
      await enter();
      await page.getByText('2 settings of this deployment are weaker').waitFor();
    });
  });

  describe('filters', () => {
    it('live in the address and are left out when they are not known', async () => {
      await enter('/purge');
      await page.getByLabel('State', { exact: true }).selectOption('failed');
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      await page.waitForURL(/state=failed/);
      expect(await page.getByRole('region', { name: 'Found objects, table' }).getByRole('row').count()).toBe(2);
      await page.goto(`${dashboard.url}/purge?state=no-such&provider=s3`);
      await page.getByText('A filter in the address is not known').waitFor();
      expect(await page.getByLabel('Provider', { exact: true }).inputValue()).toBe('s3');
      await page.goto(`${dashboard.url}/purge?state=failed&provider=s3&account=acct_00000000`);
      await page.getByText('No object fits these filters').waitFor();
    });

    it('keep the window of the vault', async () => {
      await enter('/vault');
      await page.getByRole('link', { name: '7d' }).click();
      await page.waitForURL(/window=7d/);
      expect(await page.getByRole('link', { name: '7d' }).getAttribute('aria-current')).toBe('true');
    });
  });

  describe('trying again', () => {
    it('takes a reason and a typed confirmation to the vault', async () => {
      await enter('/purge?state=failed');
      await page.getByRole('link', { name: `Try again object ${failed.objectId}` }).click();
      await page.getByLabel('Reason').fill('The bucket policy was mended.');
      await page.getByLabel('Type retry to confirm').fill('retry');
      await page.getByRole('button', { name: 'Try this object again' }).click();
      await page.getByText('The object goes round again').waitFor();
      expect(api.retries).toEqual([{ objectId: failed.objectId, reason: 'The bucket policy was mended.' }]);
    });

    it('D04: refuses a form that no page of this dashboard sent', async () => {
      await enter();
      const retries = api.retries.length;
      const forged = await page.request.post(`${dashboard.url}/acts/retry`, {
        form: { csrf: 'x', objectId: failed.objectId, reason: 'because', confirmation: 'retry' },
      });
      expect(forged.status()).toBe(403);
      expect(api.retries.length).toBe(retries);
    });
  });

  describe('when the vault is away', () => {
    it('shows the last figures and says that they are old', async () => {
      await enter('/storage');
      await page.getByText('not counted').first().waitFor();
      api.refusal = 'gone';
      await page.getByRole('button', { name: 'Read again' }).click();
      await page.getByText('these figures are old').waitFor();
      expect(await page.locator('main').innerText()).toContain('not counted');
    });

    it.each([
      ['gone', 'The vault does not answer'],
      ['forbidden', 'The vault refuses this account'],
      ['vault-sealed', 'The vault is sealed'],
      ['token-expired', 'The session has ended'],
    ] as const)('says what is the matter when there are no figures: %s', async (refusal, title) => {
      await enter();
      await page.getByRole('heading', { name: 'Vault', level: 1 }).waitFor();
      api.refusal = refusal;
      await page.goto(`${dashboard.url}/ledger?account=acct_never_${refusal.replaceAll('-', '_')}`);
      await page.getByText(title).waitFor();
    });
  });

  describe('colours', () => {
    it('stay as chosen, on the page that they were chosen on', async () => {
      await enter('/ledger?kind=guess');
      await page.getByRole('button', { name: 'Dark' }).click();
      await page.waitForURL(/ledger\?kind=guess/);
      expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
      await page.getByRole('button', { name: 'System' }).click();
      await page.waitForFunction(() => document.documentElement.dataset['theme'] === undefined);
    });
  });
});
