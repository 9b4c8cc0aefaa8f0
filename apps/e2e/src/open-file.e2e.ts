import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { testKeyDigits, writeCryptFile } from '@coffer/test-kit/node';
import { expect, test } from '@playwright/test';
import { unzipSync } from 'fflate';
import { canaries, expectAxeClean, storedByPage } from './platform/portal-page';
import { readyPlatform } from './platform/ready-platform';

/** The sample account's chats as WhatsApp would have encrypted them. */
const backup = (): Buffer => {
  const content = readFileSync(join(readyPlatform().sample.deviceFolder, 'msgstore.db'));
  return Buffer.from(writeCryptFile({ generation: 'crypt15', content, withChecksum: true }));
};

test('a visitor opens a backup from the disk, and not a byte of it goes anywhere', async ({ page }) => {
  const { newestText } = canaries();
  const said: string[] = [];
  page.on('console', (message) => said.push(`${message.type()} ${message.text()}`));
  page.on('pageerror', (error) => said.push(`error ${error.message}`));
  await page.goto(readyPlatform().urls.portal);
  await page.getByRole('link', { name: 'Open a file' }).click();
  await expect(page.getByText('Drop a backup file here')).toBeVisible();
  await expectAxeClean(page);
  const before = await storedByPage(page);
  // whatever is asked for from here on could carry something of the file; only a font of the key's digits may still come
  const asked: string[] = [];
  page.context().on('request', (request) => asked.push(`${request.method()} ${request.url()}`));
  const isOwnFile = (request: string): boolean =>
    /^GET (?:blob:)?http:\/\/[^/]+\/(?:_next\/static\/media\/[\w.-]+\.woff2|[0-9a-f-]{36})$/.test(request);

  const file = { name: 'Überraschung.bin', mimeType: 'application/octet-stream', buffer: backup() };
  const book = Buffer.from('BEGIN:VCARD\nFN:Amara of the book\nTEL:+1 555 010 0001\nEND:VCARD\n');
  const contacts = { name: 'contacts.vcf', mimeType: 'text/vcard', buffer: book };
  await page.getByLabel('Choose a file').setInputFiles([contacts, file]);
  await expect(page.getByText('WhatsApp end-to-end encrypted backup')).toBeVisible();
  await expect(page.getByText('Names of people from contacts.vcf')).toBeVisible();
  const digits = page.getByRole('textbox', { name: 'WhatsApp’s 64-digit key' });
  await digits.fill('ab'.repeat(32));
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(page.getByText('This key does not open this backup')).toBeVisible();
  await expectAxeClean(page);

  await digits.fill(testKeyDigits);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  const chats = page.getByRole('list', { name: 'Chats' });
  await expect(chats.getByText('Amara of the book')).toBeVisible();
  await chats.getByRole('button').first().click();
  await expect(page.getByRole('feed').getByText(newestText)).toBeInViewport();
  await expectAxeClean(page);

  // words as they stand, though not whole ones and in another case
  const field = page.getByRole('searchbox', { name: 'Search all messages' });
  await field.fill(`"${newestText.slice(1, -1).toUpperCase()}"`);
  await field.press('Enter');
  const hits = page.getByRole('list', { name: 'Messages found' });
  await expect(hits.getByText(newestText.slice(1, -1), { exact: true })).toBeVisible();
  await expectAxeClean(page);
  await hits.getByRole('button').first().click();
  await expect(page.getByRole('feed').locator('[aria-current=true]')).toBeInViewport();

  await page.getByRole('button', { name: 'Save this chat' }).click();
  const dialog = page.getByRole('dialog');
  await expectAxeClean(page);
  const alone = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'JSON file' }).click();
  const one = JSON.parse(readFileSync(await (await alone).path(), 'utf8')) as { conversations: unknown[] };
  expect(one.conversations).toHaveLength(1);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Back to the list of chats' }).click();

  const saved = page.waitForEvent('download');
  await page.getByText('Save a readable copy').click();
  await page.getByRole('button', { name: 'JSON file' }).click();
  expect(readFileSync(await (await saved).path(), 'utf8')).toContain(newestText);

  const pages = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Web pages (zip)' }).click();
  const zip = unzipSync(readFileSync(await (await pages).path()));

  expect(asked.filter((request) => !isOwnFile(request))).toEqual([]);
  const kept = await storedByPage(page);
  for (const secret of [testKeyDigits, newestText, file.name]) expect(kept).not.toContain(secret);
  await page.getByRole('button', { name: 'Close file' }).click();
  await expect(page.getByText('Drop a backup file here')).toBeVisible();
  await expect(page.getByText(newestText)).toHaveCount(0);
  expect(JSON.parse(await storedByPage(page)).slice(0, -3)).toEqual(JSON.parse(before).slice(0, -3));
  expect(said.filter((line) => /^(error|warning)/.test(line))).toEqual([]);

  await test.step('the saved pages are searched by their own script, under their own policy', async () => {
    const folder = test.info().outputPath('pages');
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of Object.entries(zip)) writeFileSync(join(folder, name), content);
    const name = Object.keys(zip).find((each) => Buffer.from(zip[each]!).includes(newestText))!;
    await page.goto(pathToFileURL(join(folder, name)).href);
    await page.getByRole('searchbox').fill(newestText.toUpperCase());
    await expect(page.locator('output')).toHaveText(/^[1-9]\d* on this page$/);
    await expect(page.getByText(newestText).first()).toBeVisible();
    await page.getByRole('searchbox').fill('no message has this');
    await expect(page.locator('output')).toHaveText('0 on this page');
    await expect(page.getByText(newestText)).toBeHidden();
    await expectAxeClean(page);
  });
});
