// How long a visitor of a running portal waits, from the file that is dropped to the first conversation on the screen.
//
// What a person does in between, typing the key and pressing buttons, is left out. Each run is a browser of its own with nothing in its
// cache but what the first visit of the page left. Prints seconds and medians.
import { readFileSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { readOptions, refuse } from './options.mjs';

const usage = `npm run bench:open -- --portal URL --file BACKUP --key FILE [--runs N]

Seconds from the file that is dropped to the first conversation on the screen of a running portal (npm start prints its address).

  --portal URL    such as http://localhost:4300
  --file BACKUP   such as msgstore.db.crypt15
  --key FILE      holds what a person would type
  --runs N        each in a browser of its own (5)
`;
const values = readOptions(usage, {
  portal: { type: 'string' },
  file: { type: 'string' },
  key: { type: 'string' },
  runs: { type: 'string', default: '5' },
});
if (values.portal === undefined || values.file === undefined || values.key === undefined) {
  refuse(usage, 'Which portal, which backup, which key?');
}
const key = readFileSync(values.key, 'utf8').trim();
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];

async function once() {
  const browser = await chromium.launch({ executablePath, args });
  try {
    const page = await browser.newPage();
    await page.goto(new URL('/open', values.portal).href);
    await page.getByText('Drop a backup file here').waitFor();
    const timed = async (act, seen) => {
      const started = performance.now();
      await act();
      await seen().waitFor({ timeout: 120_000 });
      return (performance.now() - started) / 1000;
    };
    const named = await timed(
      () => page.getByLabel('Choose a file').setInputFiles(values.file),
      () => page.getByText('end-to-end encrypted backup'),
    );
    await page.getByRole('textbox', { name: /64-digit key/ }).fill(key);
    const opened = await timed(
      () => page.getByRole('button', { name: 'Open', exact: true }).click(),
      () => page.getByRole('list', { name: 'Chats' }).getByRole('button').first(),
    );
    const shown = await timed(
      () => page.getByRole('list', { name: 'Chats' }).getByRole('button').first().click(),
      () => page.getByRole('feed').getByRole('article').first(),
    );
    return { named, opened, shown, all: named + opened + shown };
  } finally {
    await browser.close();
  }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const line = (name, { named, opened, shown, all }) =>
  process.stdout.write(
    `${name.padEnd(8)} what it is ${named.toFixed(2)} s, list of chats ${opened.toFixed(2)} s, messages ${shown.toFixed(2)} s; ${all.toFixed(2)} s\n`,
  );
const runs = [];
for (let run = 1; run <= Number(values.runs); run++) {
  runs.push(await once());
  line(`run ${run}`, runs.at(-1));
}
const medians = Object.fromEntries(Object.keys(runs[0]).map((name) => [name, median(runs.map((run) => run[name]))]));
line('median', medians);
