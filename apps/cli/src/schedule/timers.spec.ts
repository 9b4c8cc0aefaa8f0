import { describe, expect, it } from 'vitest';

import { cronLine } from './cron-timer';
import { launchdAgent } from './launchd-timer';
import { nextRunMs } from './next-run';
import { chooseTimer } from './platform-timers';
import { systemdService, systemdTimerUnit } from './systemd-timer';
import { taskXml } from './task-timer';
import type { TimerJob, TimerSystem } from './timer-job';

const job: TimerJob = {
  id: '0a1b2c3d',
  command: ['/usr/bin/node', '/opt/coffer/bin/coffer.mjs', 'schedule', 'run', '--home', '/home/a b/.coffer'],
  every: 'daily',
  hour: 2,
  minute: 5,
};
const weekly: TimerJob = { ...job, every: 'weekly', hour: 21, minute: 15 };
/** Everything that means something to some program on the way. */
const awkward: TimerJob = { ...job, command: ['/bin/x', `a"b'c\\d%e$f&g<h>`, 'end\\'] };

describe('systemd units', () => {
  it('are exactly these', () => {
    expect(systemdService(job)).toBe(`[Unit]
Description=Coffer backup

[Service]
Type=oneshot
ExecStart="/usr/bin/node" "/opt/coffer/bin/coffer.mjs" "schedule" "run" "--home" "/home/a b/.coffer"
Nice=10
IOSchedulingClass=idle
`);
    expect(systemdTimerUnit(job)).toBe(`[Unit]
Description=Coffer backup, daily

[Timer]
OnCalendar=*-*-* 02:05:00
Persistent=true

[Install]
WantedBy=timers.target
`);
    expect(systemdTimerUnit(weekly)).toContain('\nOnCalendar=Mon *-*-* 21:15:00\n');
  });

  it('mean no specifier, no variable and no end of a quotation', () => {
    expect(systemdService(awkward)).toContain(`\nExecStart="/bin/x" "a\\"b'c\\\\d%%e$$f&g<h>" "end\\\\"\n`);
  });
});

describe('a run that waits for an idle machine', () => {
  it('is left to the Task Scheduler on Windows', () => {
    expect(taskXml(job)).not.toContain('Idle>');
    expect(taskXml({ ...job, onlyIdle: true })).toContain('<RunOnlyIfIdle>true</RunOnlyIfIdle>');
  });
});

describe('the line of cron', () => {
  it('is exactly this', () => {
    expect(cronLine(job)).toBe(
      `5 2 * * * '/usr/bin/node' '/opt/coffer/bin/coffer.mjs' 'schedule' 'run' '--home' '/home/a b/.coffer' ` +
        '>/dev/null 2>&1 # coffer-0a1b2c3d',
    );
    expect(cronLine(weekly)).toMatch(/^15 21 \* \* 1 '/);
  });

  it('means nothing to the shell, and no end of the line to cron', () => {
    expect(cronLine(awkward)).toContain(`'/bin/x' 'a"b'\\''c\\d\\%e$f&g<h>' 'end\\' `);
  });
});

describe('the agent of launchd', () => {
  it('is exactly this', () => {
    expect(launchdAgent(weekly)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>coffer.backup.0a1b2c3d</string>
  <key>ProgramArguments</key>
  <array>
    <string>/usr/bin/node</string>
    <string>/opt/coffer/bin/coffer.mjs</string>
    <string>schedule</string>
    <string>run</string>
    <string>--home</string>
    <string>/home/a b/.coffer</string>
  </array>
  <key>StartCalendarInterval</key>
  <dict>
    <key>Hour</key>
    <integer>21</integer>
    <key>Minute</key>
    <integer>15</integer>
    <key>Weekday</key>
    <integer>1</integer>
  </dict>
  <key>ProcessType</key>
  <string>Background</string>
  <key>LowPriorityIO</key>
  <true/>
</dict>
</plist>
`);
    expect(launchdAgent(job)).not.toContain('Weekday');
    expect(launchdAgent(awkward)).toContain('<string>a&quot;b&apos;c\\d%e$f&amp;g&lt;h&gt;</string>');
  });
});

describe('the task of the Task Scheduler', () => {
  it('is exactly this', () => {
    expect(taskXml(job)).toBe(`<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Coffer backup, daily</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2026-01-01T02:05:00</StartBoundary>
      <ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <StartWhenAvailable>true</StartWhenAvailable>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>7</Priority>
  </Settings>
  <Actions>
    <Exec>
      <Command>/usr/bin/node</Command>
      <Arguments>&quot;/opt/coffer/bin/coffer.mjs&quot; &quot;schedule&quot; &quot;run&quot; &quot;--home&quot; &quot;/home/a b/.coffer&quot;</Arguments>
    </Exec>
  </Actions>
</Task>
`);
    expect(taskXml(weekly)).toContain('<DaysOfWeek><Monday /></DaysOfWeek>');
    const [, args] = /<Arguments>(.*)<\/Arguments>/.exec(taskXml(awkward))!;
    expect(args).toBe('&quot;a\\&quot;b&apos;c\\d%e$f&amp;g&lt;h&gt;&quot; &quot;end\\\\&quot;');
  });
});

describe('nextRunMs', () => {
  const at = (text: string): number => new Date(text).getTime();

  it('is later today, or tomorrow, or next Monday, on the clocks of this device', () => {
    expect(nextRunMs(job, at('2026-11-27T02:04:59'))).toBe(at('2026-11-27T02:05:00'));
    expect(nextRunMs(job, at('2026-11-27T02:05:00'))).toBe(at('2026-11-28T02:05:00'));
    expect(nextRunMs(job, at('2026-12-31T12:00:00'))).toBe(at('2027-01-01T02:05:00'));
    // A Friday, and a Monday.
    expect(nextRunMs(weekly, at('2026-11-27T12:00:00'))).toBe(at('2026-11-30T21:15:00'));
    expect(nextRunMs(weekly, at('2026-11-30T21:14:00'))).toBe(at('2026-11-30T21:15:00'));
    expect(nextRunMs(weekly, at('2026-11-30T21:15:00'))).toBe(at('2026-12-07T21:15:00'));
  });
});

describe('chooseTimer', () => {
  /** A machine on which these programs can be started, and what each ends with. */
  const machine = (programs: Readonly<Record<string, number>>): TimerSystem => ({
    ...{ homeFolder: '/home/x', configFolder: '/home/x/.config', userId: 501, deviceFolder: '/home/x/.coffer' },
    run: async (program) => ({ code: programs[program] ?? null, stdout: '', stderr: '' }),
    write: async () => undefined,
    remove: async () => undefined,
  });

  it.each<[NodeJS.Platform, Readonly<Record<string, number>>, string]>([
    ['linux', { systemctl: 0, crontab: 1 }, 'systemd'],
    ['linux', { systemctl: 1, crontab: 1 }, 'cron'],
    ['linux', { crontab: 0 }, 'cron'],
    ['darwin', { launchctl: 0, crontab: 0 }, 'launchd'],
    ['win32', { schtasks: 0 }, 'task-scheduler'],
  ])('takes of %s with %j %s', async (platform, programs, kind) => {
    expect((await chooseTimer(machine(programs), undefined, platform)).kind).toBe(kind);
  });

  it('says that there is none, and takes the one that was named', async () => {
    await expect(chooseTimer(machine({}), undefined, 'linux')).rejects.toMatchObject({ code: 'usage' });
    expect((await chooseTimer(machine({}), 'cron', 'linux')).kind).toBe('cron');
  });
});
