import { expect, test, type Page } from '@playwright/test';
import { addAuthenticator } from './platform/authenticator';
import { canaries, expectAxeClean, signIn, unlock, wayIn } from './platform/portal-page';

async function toPasskeyScreen(page: Page): Promise<void> {
  await signIn(page);
  await unlock(page, canaries().password);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(page.getByRole('heading', { name: 'Add a passkey' })).toBeVisible();
}

test.describe('passkeys in the restore portal', () => {
  test('one that was added opens the backup without a guess, and a question that was closed changes nothing', async ({
    page,
  }) => {
    const authenticator = await addAuthenticator(page, true);
    const said: string[] = [];
    page.on('console', (message) => said.push(`${message.type()} ${message.text()}`));
    await toPasskeyScreen(page);
    await expectAxeClean(page);
    await page.getByRole('button', { name: 'Make the passkey' }).click();
    await expect(page.getByText('The passkey opens your backups now')).toBeVisible();
    await expectAxeClean(page);
    expect((await authenticator.credentials()).map(({ rpId }) => rpId)).toEqual(['localhost']);

    await page.getByRole('button', { name: 'Lock' }).click();
    await wayIn(page, 'Passkey');
    await expectAxeClean(page);
    await page.getByRole('button', { name: 'Unlock with passkey' }).click();
    await page.getByRole('list', { name: 'Chats' }).getByRole('button').first().click();
    await expect(page.getByRole('feed').getByText(canaries().newestText)).toBeInViewport();

    // The same authenticator has one already, and says so.
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByRole('button', { name: 'Make the passkey' }).click();
    await expect(page.getByText('This device has a passkey for your backups already')).toBeVisible();
    await page.getByRole('button', { name: 'Lock' }).click();

    // An authenticator that does not recognize the person answers as one whose question was closed.
    await authenticator.verify(false);
    await wayIn(page, 'Passkey');
    await page.getByRole('button', { name: 'Unlock with passkey' }).click();
    await expect(page.getByText('The browser’s question was closed')).toBeVisible();
    await expectAxeClean(page);
    await page.getByRole('radio', { name: /^Password/ }).check();
    await expect(page.getByText('10 guesses left')).toBeVisible();
    expect(said.filter((line) => /^(error|warning)/.test(line))).toEqual([]);
  });

  test('an authenticator that gives no secret is told apart, and nothing is added', async ({ page }) => {
    await addAuthenticator(page, false);
    await toPasskeyScreen(page);
    const asked: string[] = [];
    page.context().on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
    await page.getByRole('button', { name: 'Make the passkey' }).click();
    await expect(page.getByText('This passkey cannot open a backup')).toBeVisible();
    await expectAxeClean(page);
    expect(asked).toContain('GET /v1/keyslots/passkeys');
    expect(asked).not.toContain('POST /v1/keyslots/passkeys');
  });
});
