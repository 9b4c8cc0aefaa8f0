import { join } from 'node:path';

import { runOrFail } from './run-program';
import { twoDigits, type PlatformTimer, type TimerJob } from './timer-job';

/** A timer of the person's own systemd; a run that was missed while the machine was off is made up for. */
export const systemdTimer: PlatformTimer = {
  kind: 'systemd',
  async isThere(system) {
    return (await system.run('systemctl', ['--user', 'show-environment'])).code === 0;
  },
  async install(job, system) {
    const { service, timer } = unitPaths(job.id, system.configFolder);
    await system.write(service, systemdService(job));
    await system.write(timer, systemdTimerUnit(job));
    await runOrFail(system, 'systemctl', ['--user', 'daemon-reload']);
    await runOrFail(system, 'systemctl', ['--user', 'enable', '--now', `coffer-${job.id}.timer`]);
  },
  async remove(id, system) {
    const { service, timer } = unitPaths(id, system.configFolder);
    // There may be none any more; what counts is that the files are gone.
    await system.run('systemctl', ['--user', 'disable', '--now', `coffer-${id}.timer`]);
    await system.remove(timer);
    await system.remove(service);
    await runOrFail(system, 'systemctl', ['--user', 'daemon-reload']);
  },
};

/** Text of the `.service` unit (systemd.service(5)). */
export function systemdService({ command }: TimerJob): string {
  return `[Unit]
Description=Coffer backup

[Service]
Type=oneshot
ExecStart=${command.map(quoted).join(' ')}
Nice=10
IOSchedulingClass=idle
`;
}

/** Text of the `.timer` unit (systemd.timer(5)). */
export function systemdTimerUnit({ every, hour, minute }: TimerJob): string {
  const day = every === 'weekly' ? 'Mon *-*-*' : '*-*-*';
  return `[Unit]
Description=Coffer backup, ${every}

[Timer]
OnCalendar=${day} ${twoDigits(hour)}:${twoDigits(minute)}:00
Persistent=true

[Install]
WantedBy=timers.target
`;
}

/** Quoting of systemd.service(5), "Command lines": no specifier and no variable is meant. */
function quoted(argument: string): string {
  const escaped = argument.replace(/[\\"]/g, '\\$&').replace(/%/g, '%%').replace(/\$/g, '$$$$');
  return `"${escaped}"`;
}

function unitPaths(id: string, configFolder: string): { readonly service: string; readonly timer: string } {
  const unit = join(configFolder, 'systemd/user', `coffer-${id}`);
  return { service: `${unit}.service`, timer: `${unit}.timer` };
}
