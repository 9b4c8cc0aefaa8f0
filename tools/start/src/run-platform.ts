import { writeFileSync } from 'node:fs';
import { removeEmbeddedPostgres } from '@coffer/embedded-postgres';
import { demoIdentity } from './demo-accounts';
import { takeHome } from './home';
import { prepareBackup, walkJourney } from './journey';
import { onStopRequest } from './left-behind';
import type { StartOptions } from './options';
import { startPlatform, type Platform } from './platform';
import { choosePorts } from './ports';
import { welcome } from './welcome';

/** As a shell has it for a program that Ctrl-C ended. */
const interruptedExitCode = 130;

/**
 * Starts the platform and either keeps it until Ctrl-C or walks the journey once.
 *
 * @returns the exit code: 0 where a platform that ran was stopped, 130 where it was stopped before it ran or in a journey
 */
export async function runPlatform(options: StartOptions): Promise<number> {
  const stopping = new AbortController();
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  onStopRequest(() => {
    if (stopping.signal.aborted) return;
    say('\nStopping …');
    stopping.abort();
  });
  const giveBack = await takeHome(options.home, options.once);
  try {
    const exitCode = await run(options, stopping.signal, say);
    // What a journey showed is in the files that it leaves; its database serves nobody any more.
    if (options.once && process.env['DATABASE_URL'] === undefined) await removeEmbeddedPostgres(options.home);
    return exitCode;
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
    return interruptedExitCode;
  } finally {
    giveBack();
    if (stopping.signal.aborted) say('Everything is stopped.');
  }
}

async function run(options: StartOptions, signal: AbortSignal, say: (line: string) => void): Promise<number> {
  const started = performance.now();
  const ports = await choosePorts(options.freePorts, process.env);
  say('Starting …');
  const platform = await startPlatform(options.home, ports, signal, (line) => say(`  ${line}`));
  try {
    say(`  in ${Math.round((performance.now() - started) / 1000)} s`);
    const prepared = options.withBackup ? await prepareBackup(platform, signal, say) : {};
    if (options.readyFile !== undefined)
      writeFileSync(options.readyFile, readyText(platform, prepared), { mode: 0o600 });
    if (options.once) {
      await Promise.race([walkJourney(platform, signal, say), platform.unexpectedEnd]);
      return 0;
    }
    say(welcome(platform, (await demoIdentity()).sampleAccounts));
    await Promise.race([platform.unexpectedEnd, aborted(signal)]);
    return 0;
  } finally {
    await platform.stop();
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((done) => {
    signal.addEventListener('abort', () => done(), { once: true });
  });
}

function readyText({ home, urls, sample, deploymentFile }: Platform, prepared: object): string {
  return `${JSON.stringify({ home, urls, sample, deploymentFile, ...prepared }, undefined, 2)}\n`;
}
