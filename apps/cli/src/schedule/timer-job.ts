/** What a timer of the platform is to start, and when. */
export interface TimerJob {
  /** Names the timer on this machine: 8 hexadecimal digits that follow from the device's folder. */
  readonly id: string;
  /** Program and arguments, absolute paths. */
  readonly command: readonly string[];
  readonly every: 'daily' | 'weekly';
  /** On the clocks of this device; on Mondays where it is weekly. */
  readonly hour: number;
  readonly minute: number;
  /** Where the timer can see to it; elsewhere the run itself waits. */
  readonly onlyIdle?: boolean;
}

/** What came of a program. */
export interface ProgramResult {
  /** null where it could not be started. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a timer needs of the machine. */
export interface TimerSystem {
  /** The person's folder. */
  readonly homeFolder: string;
  /** Where programs keep their settings: XDG_CONFIG_HOME, or `.config` in the home. */
  readonly configFolder: string;
  /** Number of the person; 0 where the platform has none. */
  readonly userId: number;
  /** Folder of this device, for files that a timer wants. */
  readonly deviceFolder: string;
  run(program: string, args: readonly string[], input?: string): Promise<ProgramResult>;
  /** Whole or not at all; its folder is made where it is missing. */
  write(path: string, content: string | Uint8Array): Promise<void>;
  remove(path: string): Promise<void>;
}

/** One kind of timer. */
export interface PlatformTimer {
  readonly kind: TimerKind;
  /** Whether this machine has it. */
  isThere(system: TimerSystem): Promise<boolean>;
  /** Sets or replaces the job of this id. @throws ScheduleError `timer-failed` */
  install(job: TimerJob, system: TimerSystem): Promise<void>;
  /** Removes it; nothing where there is none. @throws ScheduleError `timer-failed` */
  remove(id: string, system: TimerSystem): Promise<void>;
}

export const timerKinds = ['systemd', 'cron', 'launchd', 'task-scheduler'] as const;
export type TimerKind = (typeof timerKinds)[number];

/** `07`. */
export function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
