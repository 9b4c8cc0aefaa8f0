import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareBackup, walkJourney } from './journey';
import type { StartOptions } from './options';
import { startPlatform, type Platform } from './platform';
import { choosePorts } from './ports';

/** Starts the platform and either keeps it until Ctrl-C or walks the journey once. Returns the exit code. */
export async function runPlatform(options: StartOptions): Promise<number> {
  const interrupted = new Promise<'interrupted'>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done('interrupted'));
  });
  prepareHome(options);
  const ports = await choosePorts(options.freePorts, process.env);
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const platform = await startPlatform(options.home, ports, (line) => say(`  ${line}`));
  try {
    const prepared = options.withBackup ? await prepareBackup(platform, say) : {};
    if (options.readyFile !== undefined)
      writeFileSync(options.readyFile, readyText(platform, prepared), { mode: 0o600 });
    if (options.once) {
      const walked = walkJourney(platform, say).then(() => 'done' as const);
      const end = await Promise.race([walked, platform.unexpectedEnd, interrupted]);
      return end === 'done' ? 0 : 130;
    }
    say(welcome(platform));
    await Promise.race([platform.unexpectedEnd, interrupted]);
    say('Stopping …');
    return 0;
  } finally {
    await platform.stop();
  }
}

/** A journey begins with an account that nobody has set up: its own folder is made anew, and nothing else is touched. */
function prepareHome({ home, once }: StartOptions): void {
  const marker = join(home, 'made-by-npm-start-once');
  if (once && existsSync(home)) {
    if (!existsSync(marker))
      throw new Error(
        `${home} was not made by an earlier "npm start -- --once"; it is left alone. Choose another COFFER_HOME.`,
      );
    rmSync(home, { recursive: true });
  }
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (once) writeFileSync(marker, '');
}

function readyText({ home, urls, sample, deploymentFile }: Platform, prepared: object): string {
  return `${JSON.stringify({ home, urls, sample, deploymentFile, ...prepared }, undefined, 2)}\n`;
}

function welcome({ urls, sample, home }: Platform): string {
  return `
Coffer runs. Open these in a browser on this machine:

  portal      ${urls.portal}      sign in as ${sample.username} (the sign-in page shows the demo passwords)
  dashboard   ${urls.dashboard}      sign in as staff
  API         ${urls.api}/docs

The sample account's unencrypted backups lie in ${sample.cloudFolder}
State, logs and keys of this demo: ${home}

Demo settings: no grace before a purge, one second between the two listings, keys in files. The guess delays are the real ones.
Ctrl-C stops everything.`;
}
