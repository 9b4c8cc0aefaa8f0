import { join } from 'node:path';

import { runOrFail } from './run-program';
import type { PlatformTimer, TimerJob, TimerSystem } from './timer-job';
import { xmlText } from './xml-text';

/** An agent of the person's own launchd (macOS); a run that was missed while the machine slept is made up for. */
export const launchdTimer: PlatformTimer = {
  kind: 'launchd',
  async isThere(system) {
    return (await system.run('launchctl', ['help'])).code !== null;
  },
  async install(job, system) {
    const path = agentPath(job.id, system);
    // One that is loaded already keeps its old times until it goes.
    await system.run('launchctl', ['bootout', `${domainOf(system)}/${labelOf(job.id)}`]);
    await system.write(path, launchdAgent(job));
    await runOrFail(system, 'launchctl', ['bootstrap', domainOf(system), path]);
  },
  async remove(id, system) {
    await system.run('launchctl', ['bootout', `${domainOf(system)}/${labelOf(id)}`]);
    await system.remove(agentPath(id, system));
  },
};

/** Text of the agent (launchd.plist(5)). */
export function launchdAgent({ id, command, every, hour, minute }: TimerJob): string {
  const weekday = every === 'weekly' ? '\n    <key>Weekday</key>\n    <integer>1</integer>' : '';
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${labelOf(id)}</string>
  <key>ProgramArguments</key>
  <array>
${command.map((argument) => `    <string>${xmlText(argument)}</string>`).join('\n')}
  </array>
  <key>StartCalendarInterval</key>
  <dict>
    <key>Hour</key>
    <integer>${hour}</integer>
    <key>Minute</key>
    <integer>${minute}</integer>${weekday}
  </dict>
  <key>ProcessType</key>
  <string>Background</string>
  <key>LowPriorityIO</key>
  <true/>
</dict>
</plist>
`;
}

function labelOf(id: string): string {
  return `coffer.backup.${id}`;
}

function domainOf({ userId }: TimerSystem): string {
  return `gui/${userId}`;
}

function agentPath(id: string, { homeFolder }: TimerSystem): string {
  return join(homeFolder, 'Library/LaunchAgents', `${labelOf(id)}.plist`);
}
