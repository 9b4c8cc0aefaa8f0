import { sha256 } from '@coffer/crypto';
import { fromUtf8, toHex, utf8 } from '@coffer/foundation';

import type { HomeDirectory } from '../home/home-directory';
import { HomeError } from '../home/home-error';
import { timerKinds, type TimerKind } from './timer-job';

/** What is backed up by itself, and when. */
export interface Schedule {
  readonly every: 'daily' | 'weekly';
  /** On the clocks of this device. */
  readonly hour: number;
  readonly minute: number;
  readonly timer: TimerKind;
  /** Absolute paths. */
  readonly sources: readonly string[];
  readonly store: string;
  /** Absolute path of the file that holds the key; absent where the key lies in the device's folder. */
  readonly key?: string;
  readonly repository?: string;
  readonly exclude: readonly string[];
  /** False where media is left out. */
  readonly media: boolean;
  /** Whether a run waits until the machine has little to do; absent where it does not. */
  readonly onlyIdle?: boolean;
  readonly limitUp?: string;
  readonly limitDown?: string;
  /** Absent in what was set by a version that did not note it. */
  readonly setAtMs?: number;
}

/** How the scheduled runs went. */
export interface ScheduleState {
  readonly lastRunAtMs: number | null;
  /** `done`, or the code of the error; null before the first run. */
  readonly lastOutcome: string | null;
  readonly lastSuccessAtMs: number | null;
  /** When a scheduled run last read a sample of the backup back and found it sound. */
  readonly lastVerifiedAtMs: number | null;
  /** `done`, or the code of the error; null before the first verification. */
  readonly lastVerification: string | null;
}

export const neverRun: ScheduleState = {
  ...{ lastRunAtMs: null, lastOutcome: null, lastSuccessAtMs: null },
  ...{ lastVerifiedAtMs: null, lastVerification: null },
};

const version = 1;

/** Names the timer of a device's folder: two folders on one machine have two. */
export function scheduleId({ path }: Pick<HomeDirectory, 'path'>): string {
  return toHex(sha256(utf8(path)).subarray(0, 4));
}

/** @returns undefined where nothing is scheduled @throws HomeError `damaged` */
export async function readSchedule(home: HomeDirectory): Promise<Schedule | undefined> {
  const bytes = await home.read(home.scheduleFile);
  if (bytes === undefined) return undefined;
  const value: Partial<Schedule> | undefined = parse(bytes);
  const isSchedule =
    value !== undefined &&
    (value.every === 'daily' || value.every === 'weekly') &&
    [value.hour, value.minute].every((number) => Number.isSafeInteger(number)) &&
    timerKinds.some((kind) => kind === value.timer) &&
    typeof value.store === 'string' &&
    [value.sources, value.exclude].every(
      (list) => Array.isArray(list) && list.every((text) => typeof text === 'string'),
    );
  if (isSchedule) return value as Schedule;
  throw new HomeError(
    'damaged',
    `"${home.scheduleFile}" no longer says what is to be backed up. Backups are untouched; set the schedule again.`,
  );
}

export async function writeSchedule(home: HomeDirectory, schedule: Schedule): Promise<void> {
  await home.write(home.scheduleFile, `${JSON.stringify({ v: version, ...schedule }, undefined, 2)}\n`);
}

/** What cannot be read counts as never run: it is written anew with the next run. */
export async function readScheduleState(home: HomeDirectory): Promise<ScheduleState> {
  const bytes = await home.read(home.scheduleStateFile);
  return bytes === undefined ? neverRun : { ...neverRun, ...parse(bytes) };
}

export async function writeScheduleState(home: HomeDirectory, state: ScheduleState): Promise<void> {
  await home.write(home.scheduleStateFile, `${JSON.stringify({ v: version, ...state })}\n`);
}

function parse(bytes: Uint8Array): object | undefined {
  try {
    const value: unknown = JSON.parse(fromUtf8(bytes));
    const isOurs = typeof value === 'object' && value !== null && 'v' in value && value.v === version;
    return isOurs ? value : undefined;
  } catch {
    return undefined;
  }
}
