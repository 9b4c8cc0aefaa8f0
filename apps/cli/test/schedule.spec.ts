import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { systemClock } from '@coffer/foundation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { run } from './run-coffer';

/** A crontab program that keeps its table in a file, as the real one does: `-l` prints it, `-` takes it from standard input. */
const crontab = `#!/bin/sh
case "$1" in
  -l) [ -f "$CRONTAB_FILE" ] || { echo "no crontab" >&2; exit 1; }; cat "$CRONTAB_FILE" ;;
  -) cat > "$CRONTAB_FILE" ;;
  *) exit 2 ;;
esac
`;
/** A systemctl that writes down what it was asked, and fails where it is told to. */
const systemctl = `#!/bin/sh
echo "$@" >> "$SYSTEMCTL_LOG"
[ -z "$SYSTEMCTL_FAILS" ] || { echo "Failed to connect to bus" >&2; exit 1; }
`;

let folder: string;
let environment: Readonly<Record<string, string>>;
let common: readonly string[];
let store: string;
let source: string;
let table: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'coffer-schedule-'));
  const programs = join(folder, 'bin');
  // A home that every program on the way could misunderstand.
  const home = join(folder, `it's 100% "home"`);
  source = join(folder, 'source');
  for (const made of [programs, source]) mkdirSync(made);
  for (const [name, text] of [
    ['crontab', crontab],
    ['systemctl', systemctl],
  ] as const) {
    writeFileSync(join(programs, name), text);
    chmodSync(join(programs, name), 0o755);
  }
  writeFileSync(join(source, 'a.txt'), 'a message');
  writeFileSync(join(source, 'photo.jpg'), 'a photo');
  table = join(folder, 'crontab-file');
  store = `file:${join(folder, 'store')}`;
  environment = {
    PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}`,
    HOME: join(folder, 'person'),
    XDG_CONFIG_HOME: join(folder, 'person/config'),
    CRONTAB_FILE: table,
    SYSTEMCTL_LOG: join(folder, 'systemctl-log'),
  };
  common = ['--home', home, '--json'];
  const init = await coffer(['init', '--store', store, '--key-out', join(folder, 'key'), '--keep-key']);
  expect(init.code, init.printed).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const coffer = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
  run([...args, ...common], { environment: { ...environment, ...more } });
const last = (printed: string): Record<string, unknown> =>
  JSON.parse(printed.trim().split('\n').at(-1)!) as Record<string, unknown>;

describe('coffer schedule', { timeout: 120_000 }, () => {
  it('lets cron back up, shows how that went, and leaves other lines of the table alone', async () => {
    writeFileSync(table, '# mine\n0 0 * * * true\n');
    const set = await coffer(['schedule', 'set', 'daily', source, '--store', store, '--with', 'cron', '--no-media']);
    expect(set.code, set.printed).toBe(0);
    expect(last(set.printed)).toMatchObject({ timer: 'cron', at: '02:30', lastOutcome: null, lastSuccessAt: null });
    const lines = readFileSync(table, 'utf8').trim().split('\n');
    expect([lines.slice(0, 2), lines.length]).toEqual([['# mine', '0 0 * * * true'], 3]);

    // As cron starts it: the part after the five times, by /bin/sh, with "\\%" for "%" and next to no environment.
    const command = lines[2]!.replace(/^(\S+ ){5}/, '').replaceAll('\\%', '%');
    execFileSync('/bin/sh', ['-c', command], { cwd: '/', env: { PATH: '/usr/bin:/bin', HOME: environment['HOME'] } });
    const show = await coffer(['schedule', 'show']);
    const { nextRunAt, ...shown } = last(show.printed);
    expect(shown).toMatchObject({ every: 'daily', sources: [source], lastOutcome: 'done' });
    expect(Date.parse(String(shown['lastSuccessAt']))).toBeGreaterThan(0);
    expect(Date.parse(String(nextRunAt))).toBeGreaterThan(Date.parse(String(shown['lastRunAt'])));
    const snapshots = await coffer(['snapshots', '--store', store]);
    expect(JSON.parse(snapshots.printed.split('\n')[0]!)).toMatchObject({ files: 1, sources: ['source'] });
    // The first run has read a sample of the backup back, too.
    expect(shown).toMatchObject({ lastVerification: 'done' });
    const { lastVerifiedAt } = last(snapshots.printed);
    expect(Math.abs(Date.parse(String(lastVerifiedAt)) - Date.parse(String(shown['lastVerifiedAt'])))).toBeLessThan(
      60_000,
    );

    const again = await coffer([
      'schedule',
      'set',
      'weekly',
      source,
      '--store',
      store,
      '--with',
      'cron',
      '--at',
      '21:15',
    ]);
    expect(again.code, again.printed).toBe(0);
    expect(readFileSync(table, 'utf8')).toMatch(/^# mine\n0 0 \* \* \* true\n15 21 \* \* 1 [^\n]+\n$/);
    rmSync(source, { recursive: true });
    expect((await coffer(['schedule', 'run'])).code).toBe(1);
    const failed = await coffer(['schedule', 'show']);
    expect(failed.printed).toContain('"code":"last-run-failed"');
    expect(last(failed.printed)).toMatchObject({
      lastOutcome: 'source-unreadable',
      lastSuccessAt: shown['lastSuccessAt'],
    });
    mkdirSync(source);

    expect((await coffer(['schedule', 'remove'])).code).toBe(0);
    expect(readFileSync(table, 'utf8')).toBe('# mine\n0 0 * * * true\n');
    for (const command of ['show', 'remove', 'run']) {
      expect(last((await coffer(['schedule', command])).printed)).toMatchObject({ type: 'error', code: 'no-schedule' });
    }
  });

  it('reads a sample back once in seven days, and says so where it is damaged', async () => {
    const set = await coffer(['schedule', 'set', 'daily', source, '--store', store, '--with', 'cron']);
    expect(set.code, set.printed).toBe(0);
    writeFileSync(join(source, 'b.txt'), 'another message');
    const first = await coffer(['schedule', 'run']);
    expect([first.code, first.printed.includes('"type":"verified"')], first.printed).toEqual([0, true]);
    expect(last(first.printed)).toMatchObject({ type: 'summary', files: 1 });
    expect((await coffer(['schedule', 'run'])).printed).not.toContain('"type":"verified"');

    const stateFile = join(folder, `it's 100% "home"`, 'schedule-state.json');
    const state = JSON.parse(readFileSync(stateFile, 'utf8')) as Record<string, unknown>;
    const eightDaysAgo = systemClock.nowMs() - 8 * 86_400_000;
    const old = { ...state, lastVerifiedAtMs: eightDaysAgo, lastSuccessAtMs: eightDaysAgo };
    writeFileSync(stateFile, JSON.stringify(old), { mode: 0o600 });
    expect((await coffer(['stats', '--store', store])).printed).toContain('"code":"no-recent-backup"');
    const packs = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && entry.parentPath.includes('packs'),
    );
    for (const { parentPath, name } of packs) {
      const bytes = readFileSync(join(parentPath, name));
      bytes[bytes.length - 1]! ^= 1;
      rmSync(join(parentPath, name));
      writeFileSync(join(parentPath, name), bytes);
    }
    const damaged = await coffer(['schedule', 'run']);
    expect([damaged.code, last(damaged.printed)['type']], damaged.printed).toEqual([4, 'error']);
    const show = await coffer(['schedule', 'show']);
    expect(show.printed).toContain('"code":"last-verification-failed"');
    expect(show.printed).not.toContain('"code":"no-recent-backup"');
    expect(last(show.printed)).toMatchObject({ lastOutcome: 'done', lastVerification: 'damaged' });
    expect((await coffer(['schedule', 'remove'])).code).toBe(0);
    rmSync(join(source, 'b.txt'));
  });

  it('writes units for systemd where it answers, and says so where it does not take them', async () => {
    const units = join(environment['XDG_CONFIG_HOME']!, 'systemd/user');
    const args = ['schedule', 'set', 'weekly', source, '--store', store];
    const refused = await coffer([...args, '--with', 'systemd'], { SYSTEMCTL_FAILS: '1' });
    expect([refused.code, last(refused.printed)]).toMatchObject([1, { code: 'timer-failed', program: 'systemctl' }]);
    expect(last(refused.printed)['message']).toContain('Failed to connect to bus');

    rmSync(environment['SYSTEMCTL_LOG']!);
    const set = await coffer(args);
    expect(last(set.printed)).toMatchObject({ timer: 'systemd', every: 'weekly' });
    const [service, timer] = readdirSync(units).sort();
    expect(timer).toMatch(/^coffer-[0-9a-f]{8}\.timer$/);
    expect(readFileSync(join(units, service!), 'utf8')).toContain(`it's 100%% \\"home\\""\nNice=10\n`);
    expect(readFileSync(environment['SYSTEMCTL_LOG']!, 'utf8')).toBe(
      `--user show-environment\n--user daemon-reload\n--user enable --now ${timer!}\n`,
    );
    expect((await coffer(['schedule', 'remove'])).code).toBe(0);
    expect(readdirSync(units)).toEqual([]);
  });

  it('sets nothing where a timer could not open the repository, and nothing that makes no sense', async () => {
    const args = ['schedule', 'set', 'daily', source, '--store', store, '--with', 'cron'];
    const other = await run([...args, '--home', join(folder, 'other'), '--json'], {
      environment: { ...environment, COFFER_KEY: join(folder, 'key') },
    });
    expect([other.code, last(other.printed)['code']]).toEqual([2, 'usage']);
    for (const more of [
      ['--at', '25:00'],
      ['--key', '-'],
      ['--exclude', '/'],
      ['--limit-up', '5'],
      ['--password-file', 'x'],
    ]) {
      const refused = await coffer([...args, ...more]);
      expect([refused.code, last(refused.printed)['code']], more.join(' ')).toEqual([2, 'usage']);
    }
    expect((await coffer(['schedule', 'set', 'hourly', source, '--store', store])).code).toBe(2);
    expect(existsSync(join(folder, 'other/schedule.json'))).toBe(false);
    expect(readFileSync(table, 'utf8')).toBe('# mine\n0 0 * * * true\n');
  });
});
