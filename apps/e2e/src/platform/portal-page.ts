import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { axeFaults } from '@coffer/test-kit/node';
import { expect, type Page } from '@playwright/test';
import { readyPlatform, samplePassword } from './ready-platform';

/** What must never be found outside the memory of the page: what was typed, and what was read. */
export interface Canaries {
  readonly password: string;
  readonly newestText: string;
}

/** The sample account's password, and the text of its newest message. */
export function canaries(): Canaries {
  const database = new DatabaseSync(join(readyPlatform().sample.deviceFolder, 'msgstore.db'), { readOnly: true });
  const row = database.prepare('SELECT text_data FROM message ORDER BY timestamp DESC LIMIT 1').get();
  database.close();
  return { password: samplePassword(), newestText: String(row?.['text_data']) };
}

/** From the portal's first page to the list of backups, as the sample person unless told. */
export async function signIn(page: Page, username = readyPlatform().sample.username): Promise<void> {
  await page.goto(readyPlatform().urls.portal);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await passProvider(page, username);
  await expect(page.getByRole('heading', { name: 'Your backups' })).toBeVisible();
}

/** From the provider's page back to the portal, as the sample person unless told. */
export async function passProvider(page: Page, username = readyPlatform().sample.username): Promise<void> {
  const { urls } = readyPlatform();
  // The provider of the demo shows the passwords of its accounts.
  const cell = page.getByRole('cell', { name: username, exact: true });
  const signInPassword = await page.getByRole('row').filter({ has: cell }).getByRole('cell').nth(1).textContent();
  await page.getByLabel('Name', { exact: true }).fill(username);
  await page.getByLabel('Password', { exact: true }).fill(signInPassword ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${urls.portal}/`);
}

/** Opens the one backup's screen and chooses a way in, whichever stands first. */
export async function wayIn(page: Page, way: 'Passkey' | 'Password' | '64-digit key'): Promise<void> {
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByRole('radio', { name: new RegExp(`^${way}`) }).check();
}

/** From the list of backups to the list of chats. */
export async function unlock(page: Page, password: string): Promise<void> {
  await wayIn(page, 'Password');
  await page.getByLabel('Backup password').fill(password);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(page.getByRole('list', { name: 'Chats' })).toBeVisible();
}

/** Every place of the page's own in which something could outlive it. */
export function storedByPage(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const databases = await indexedDB.databases();
    const cacheNames = await caches.keys();
    const workers = await navigator.serviceWorker.getRegistrations();
    const storages = [Object.entries(localStorage), Object.entries(sessionStorage)];
    const kept = [...storages, databases, cacheNames, workers.length, document.cookie];
    return JSON.stringify([...kept, history.state, location.href, document.title]);
  });
}

/** Nothing that axe finds wrong. */
export async function expectAxeClean(page: Page): Promise<void> {
  expect(await axeFaults(page)).toEqual([]);
}
