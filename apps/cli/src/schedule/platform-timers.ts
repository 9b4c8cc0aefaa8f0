import { UsageError } from '../output/usage-error';
import { cronTimer } from './cron-timer';
import { launchdTimer } from './launchd-timer';
import { systemdTimer } from './systemd-timer';
import { taskTimer } from './task-timer';
import type { PlatformTimer, TimerKind, TimerSystem } from './timer-job';

const timers: Readonly<Record<TimerKind, PlatformTimer>> = {
  systemd: systemdTimer,
  cron: cronTimer,
  launchd: launchdTimer,
  'task-scheduler': taskTimer,
};

/** Kinds that a platform may have, the better one first. */
function kindsOf(platform: NodeJS.Platform): readonly TimerKind[] {
  if (platform === 'darwin') return ['launchd', 'cron'];
  return platform === 'win32' ? ['task-scheduler'] : ['systemd', 'cron'];
}

export function timerOf(kind: TimerKind): PlatformTimer {
  return timers[kind];
}

/**
 * The timer of this machine.
 *
 * @param wanted - `--with`
 * @throws UsageError where there is none
 */
export async function chooseTimer(
  system: TimerSystem,
  wanted: TimerKind | undefined,
  platform: NodeJS.Platform = process.platform,
): Promise<PlatformTimer> {
  if (wanted !== undefined) return timers[wanted];
  for (const kind of kindsOf(platform)) if (await timers[kind].isThere(system)) return timers[kind];
  throw new UsageError(
    `This machine has none of the timers that are known here (${kindsOf(platform).join(', ')}). Nothing was scheduled; have ` +
      '"coffer backup" started by whatever this machine has.',
  );
}
