import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { systemClock, toRfc3339 } from '@coffer/foundation';

import { exclusionsOf } from '../backup/exclusions';
import type { CommandContext, CommonOptions } from '../command-context';
import { readConfig } from '../config';
import { HomeDirectory } from '../home/home-directory';
import { printable } from '../output/printable';
import type { SummaryFields } from '../output/reporter';
import { UsageError } from '../output/usage-error';
import { requestOf, type RepositoryOptions } from '../repository/repository-options';
import { storeOpenerFor } from '../stores';
import { lateBackup } from './late-backup';
import { nextRunMs } from './next-run';
import { nodeTimerSystem } from './node-timer-system';
import { chooseTimer, timerOf } from './platform-timers';
import {
  readSchedule,
  readScheduleState,
  scheduleId,
  writeSchedule,
  type Schedule,
  type ScheduleState,
} from './schedule-file';
import { ScheduleError } from './schedule-error';
import { timerKinds, type TimerKind } from './timer-job';

/** What `coffer schedule set` is asked. */
export interface ScheduleSetRequest extends RepositoryOptions {
  readonly every: string;
  readonly sources: readonly string[];
  readonly at: string;
  readonly with?: string;
  readonly exclude?: readonly string[];
  readonly media?: boolean;
  readonly onlyIdle?: boolean;
}

/**
 * Sets a timer of the platform that backs up daily or weekly. Nothing is set before the repository opens as it will for the timer.
 *
 * @throws UsageError; ScheduleError `timer-failed`; as opening does
 */
export async function runScheduleSet(context: CommandContext, request: ScheduleSetRequest): Promise<void> {
  const config = readConfig(request.home);
  const home = new HomeDirectory(config.home);
  const system = nodeTimerSystem({ ...config, home: home.path });
  const asked = await scheduleOf(request);
  // A timer has nobody to ask, and not the environment of this shell.
  const silent = { ...context, reporter: { ...context.reporter, isInteractive: false } };
  await storeOpenerFor(asked.store).open(silent, { ...requestOf(asked, { key: undefined, stores: {} }), home });
  const timer = await chooseTimer(system, kindOf(request.with));
  const schedule: Schedule = { ...asked, timer: timer.kind, setAtMs: systemClock.nowMs() };
  const former = await readSchedule(home).catch(() => undefined);
  if (former !== undefined && former.timer !== timer.kind) {
    await timerOf(former.timer).remove(scheduleId(home), system);
  }
  await writeSchedule(home, schedule);
  const command = [process.execPath, resolve(process.argv[1] ?? ''), 'schedule', 'run', '--home', home.path];
  await timer.install({ id: scheduleId(home), command, ...schedule }, system);
  const state = await readScheduleState(home);
  context.reporter.summary(figuresOf(schedule, state), linesOf(schedule, state).join('\n'));
}

/** Says what is scheduled, how the last run went and when the next one is. @throws ScheduleError `no-schedule` */
export async function runScheduleShow(context: CommandContext, options: CommonOptions): Promise<void> {
  const home = new HomeDirectory(readConfig(options.home).home);
  const schedule = await requireSchedule(home);
  const state = await readScheduleState(home);
  if (state.lastOutcome !== null && state.lastOutcome !== 'done') {
    context.reporter.warn(
      'last-run-failed',
      `The last run ended with "${state.lastOutcome}". Run "coffer schedule run" to see why.`,
    );
  }
  if (state.lastVerification !== null && state.lastVerification !== 'done') {
    context.reporter.warn(
      'last-verification-failed',
      `The last verification by this schedule ended with "${state.lastVerification}". Run "coffer verify" to see what is damaged.`,
    );
  }
  const late = lateBackup(schedule, state, systemClock.nowMs());
  if (late !== undefined) context.reporter.warn('no-recent-backup', late);
  context.reporter.summary(figuresOf(schedule, state), linesOf(schedule, state).join('\n'));
}

/** Removes the timer. @throws ScheduleError */
export async function runScheduleRemove(context: CommandContext, options: CommonOptions): Promise<void> {
  const config = readConfig(options.home);
  const home = new HomeDirectory(config.home);
  const schedule = await requireSchedule(home);
  await timerOf(schedule.timer).remove(scheduleId(home), nodeTimerSystem({ ...config, home: home.path }));
  await home.remove(home.scheduleFile);
  await home.remove(home.scheduleStateFile);
  context.reporter.summary(
    { removed: true, timer: schedule.timer },
    'Nothing is backed up by itself any more. The backups are untouched.',
  );
}

/** @throws ScheduleError `no-schedule` */
export async function requireSchedule(home: HomeDirectory): Promise<Schedule> {
  const schedule = await readSchedule(home);
  if (schedule !== undefined) return schedule;
  throw new ScheduleError(
    'no-schedule',
    'Nothing is scheduled on this device. Set it with: coffer schedule set daily …',
  );
}

async function scheduleOf(request: ScheduleSetRequest): Promise<Omit<Schedule, 'timer'>> {
  const { every, at, store, repository, limitUp, limitDown, key } = request;
  if (every !== 'daily' && every !== 'weekly') throw new UsageError('Backups are scheduled daily or weekly.');
  const time = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(at);
  if (time === null) throw new UsageError('--at takes a time of day such as 02:30.');
  if (request.passwordFile !== undefined) {
    throw new UsageError(
      'A password spends a guess at each run: bring the key to this device with "coffer unlock" first.',
    );
  }
  if (key === '-') throw new UsageError('A timer has no standard input: name the file of the key with --key.');
  exclusionsOf(request.exclude ?? [], false);
  const sources = request.sources.map((source) => resolve(source));
  for (const source of sources) await access(source);
  return {
    ...{ every, hour: Number(time[1]), minute: Number(time[2]), sources, store: settledStore(store) },
    ...(key === undefined ? {} : { key: resolve(key) }),
    ...(repository === undefined ? {} : { repository }),
    ...{ exclude: request.exclude ?? [], media: request.media ?? true },
    ...(request.onlyIdle === true ? { onlyIdle: true } : {}),
    ...(limitUp === undefined ? {} : { limitUp }),
    ...(limitDown === undefined ? {} : { limitDown }),
  };
}

/** A timer starts in another folder than this command. */
function settledStore(store: string): string {
  const isRelative = store.startsWith('file:') && !store.startsWith('file://') && !store.startsWith('file:/');
  return isRelative ? `file:${resolve(store.slice('file:'.length))}` : store;
}

function kindOf(text: string | undefined): TimerKind | undefined {
  const kind = timerKinds.find((known) => known === text);
  if (text === undefined || kind !== undefined) return kind;
  throw new UsageError(`--with takes one of ${timerKinds.join(', ')}.`);
}

function figuresOf(schedule: Schedule, state: ScheduleState): SummaryFields {
  const { lastRunAtMs, lastOutcome, lastSuccessAtMs, lastVerifiedAtMs, lastVerification } = state;
  const { every, hour, minute, timer, sources, store, onlyIdle = false } = schedule;
  const instant = (ms: number | null): string | null => (ms === null ? null : toRfc3339(ms));
  return {
    ...{ every, at: timeOf(hour, minute), timer, sources, store, onlyIdle },
    nextRunAt: toRfc3339(nextRunMs(schedule, systemClock.nowMs())),
    ...{ lastRunAt: instant(lastRunAtMs), lastOutcome, lastSuccessAt: instant(lastSuccessAtMs) },
    ...{ lastVerifiedAt: instant(lastVerifiedAtMs), lastVerification },
  };
}

function linesOf(schedule: Schedule, { lastSuccessAtMs, lastVerifiedAtMs }: ScheduleState): readonly string[] {
  const { every, hour, minute, timer, sources, store } = schedule;
  const day = every === 'weekly' ? 'every Monday' : 'every day';
  return [
    `Backs up ${sources.map(printable).join(', ')} to ${printable(store)} ${day} at ${timeOf(hour, minute)} (${timer}).`,
    `Next run: ${toRfc3339(nextRunMs(schedule, systemClock.nowMs()))}${schedule.onlyIdle === true ? ', once this machine has little to do' : ''}`,
    `Last success: ${lastSuccessAtMs === null ? 'none yet' : toRfc3339(lastSuccessAtMs)}`,
    `Read back and found sound: ${lastVerifiedAtMs === null ? 'not yet' : toRfc3339(lastVerifiedAtMs)}`,
  ];
}

function timeOf(hour: number, minute: number): string {
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}
