import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { proofSize, recordProof, runSeedNumber } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Dice } from './dice';
import { removeFiles } from './openers';
import { fuzzTargets, type FuzzTarget } from './targets';
import { tryFile } from './try-file';

/** Changed contents for each reader. */
const casesPerTarget = proofSize({ sample: 12, long: 1000 });
/** What the process may grow by while it reads all of them: SQLite as WebAssembly is in it, and no case has more than 256 KiB. */
const memoryLimitBytes = 512 * 1024 * 1024;

const quietFolder = mkdtempSync(join(tmpdir(), 'coffer-fuzz-temporary-'));
beforeAll(() => {
  vi.stubEnv('TMPDIR', quietFolder);
  vi.stubEnv('SQLITE_TMPDIR', quietFolder);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(quietFolder, { recursive: true });
  removeFiles();
});

const targets = fuzzTargets();
const found = { files: 0, opened: 0, messages: 0, slowest: 0, seconds: 0, refused: new Map<string, number>() };

async function tryBothHalves(
  { name, openers }: FuzzTarget,
  bytes: Uint8Array,
  which: string,
): Promise<readonly string[]> {
  const verdicts: string[] = [];
  for (const [half, open] of openers.entries()) {
    const trial = await tryFile(open, bytes, quietFolder).catch((cause: unknown) => {
      throw new Error(`${name}, ${which}, half ${half}: ${String(cause)}`, { cause });
    });
    found.files++;
    found.messages += trial.messages;
    found.slowest = Math.max(found.slowest, trial.cpuSeconds);
    found.seconds += trial.cpuSeconds;
    if (trial.verdict === 'opened') found.opened++;
    else found.refused.set(trial.verdict, (found.refused.get(trial.verdict) ?? 0) + 1);
    verdicts.push(trial.verdict);
  }
  return verdicts;
}

describe('every reader', () => {
  it.each(targets)('opens what is whole: $name', async (target) => {
    for (const [index, content] of target.contents.entries()) {
      const verdicts = await tryBothHalves(target, target.seal?.(content) ?? content, `content ${index}`);
      // a zip of several files is opened, and there are no conversations in it
      expect(new Set(verdicts)).toEqual(
        new Set([verdicts[0] === 'unsupported-format' && index > 0 ? verdicts[0] : 'opened']),
      );
    }
  });

  it.each(targets)('reads or refuses what was changed, in time and leaving nothing: $name', async (target) => {
    const { name, contents, mutate, seal } = target;
    const grew = memoryWatch();
    for (let index = 0; index < casesPerTarget; index++) {
      const dice = new Dice(runSeedNumber(`fuzz ${name} ${index}`));
      const changed = mutate(dice.pick(contents), dice, dice.pick(contents));
      await tryBothHalves(target, seal?.(changed) ?? changed, `case ${index}`);
    }
    expect(grew()).toBeLessThan(memoryLimitBytes);
  });

  it('was tried in its depth too: some changed files were read, others refused for several reasons', () => {
    expect(found.opened).toBeGreaterThan(targets.length);
    expect(found.refused.size).toBeGreaterThan(3);
    recordProof({
      proof: 'foreign-file-fuzz',
      count: found.files,
      seconds: found.seconds,
      asserted:
        'Each file was read to its last message by the rules of the chat model, or refused with a typed error, in less than 5 s of ' +
        'processor time and 512 MiB, and no temporary file was left.',
      figures: {
        readers: targets.length,
        opened: found.opened,
        messages: found.messages,
        slowestSeconds: Math.round(found.slowest * 100) / 100,
        ...Object.fromEntries(found.refused),
      },
    });
  });
});

/** What the process has grown by at most since; from its highest mark on where that was above what it had then. */
function memoryWatch(): () => number {
  const peakBytes = (): number => process.resourceUsage().maxRSS * 1024;
  const before = Math.max(process.memoryUsage.rss(), peakBytes() - memoryLimitBytes / 2);
  return () => peakBytes() - before;
}
