import { join } from 'node:path';

import { runOrFail } from './run-program';
import { twoDigits, type PlatformTimer, type TimerJob, type TimerSystem } from './timer-job';
import { xmlText } from './xml-text';

/** A task of the Task Scheduler (Windows); a run that was missed while the machine was off is made up for. */
export const taskTimer: PlatformTimer = {
  kind: 'task-scheduler',
  async isThere(system) {
    return (await system.run('schtasks', ['/Query', '/FO', 'LIST'])).code !== null;
  },
  async install(job, system) {
    const path = taskFile(system);
    // schtasks reads what it wrote itself: UTF-16 with a mark at its start.
    await system.write(path, Buffer.from(`\ufeff${taskXml(job)}`, 'utf16le'));
    await runOrFail(system, 'schtasks', ['/Create', '/TN', nameOf(job.id), '/XML', path, '/F']);
    await system.remove(path);
  },
  async remove(id, system) {
    const isThere = (await system.run('schtasks', ['/Query', '/TN', nameOf(id)])).code === 0;
    if (isThere) await runOrFail(system, 'schtasks', ['/Delete', '/TN', nameOf(id), '/F']);
  },
};

/** Text of the task (Task Scheduler schema 1.2). The date is only where its times begin to count. */
export function taskXml({ command, every, hour, minute, onlyIdle = false }: TimerJob): string {
  const [program = '', ...args] = command;
  const days =
    every === 'daily'
      ? '<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>'
      : '<ScheduleByWeek><WeeksInterval>1</WeeksInterval><DaysOfWeek><Monday /></DaysOfWeek></ScheduleByWeek>';
  const idle = onlyIdle
    ? `
    <RunOnlyIfIdle>true</RunOnlyIfIdle>
    <IdleSettings>
      <Duration>PT10M</Duration>
      <WaitTimeout>PT6H</WaitTimeout>
      <StopOnIdleEnd>false</StopOnIdleEnd>
      <RestartOnIdle>false</RestartOnIdle>
    </IdleSettings>`
    : '';
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Coffer backup, ${every}</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2026-01-01T${twoDigits(hour)}:${twoDigits(minute)}:00</StartBoundary>
      ${days}
    </CalendarTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <StartWhenAvailable>true</StartWhenAvailable>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>7</Priority>${idle}
  </Settings>
  <Actions>
    <Exec>
      <Command>${xmlText(program)}</Command>
      <Arguments>${xmlText(args.map(quoted).join(' '))}</Arguments>
    </Exec>
  </Actions>
</Task>
`;
}

/** As CommandLineToArgvW takes it apart: backslashes count only before a quotation mark. */
function quoted(argument: string): string {
  return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`;
}

function nameOf(id: string): string {
  return `Coffer\\${id}`;
}

function taskFile({ deviceFolder }: TimerSystem): string {
  return join(deviceFolder, 'schedule-task.xml');
}
