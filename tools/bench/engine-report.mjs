// What the engine's benchmark says of its figures: medians, and the ratios that are owed (issue "backup engine", Speed).

/** Of the process and all that it starts, in bytes: MB are millions here as in every figure. */
const memoryLimit = 256_000_000;

/** @returns {object[]} one line a step: medians of seconds, the highest of memory */
export function linesOf(results, corpusBytes) {
  return [...results].map(([step, runs]) => {
    const middle = (field) => median(runs.map((run) => run[field]));
    const seconds = middle('seconds');
    return {
      step,
      seconds,
      cpuSeconds: middle('cpuSeconds'),
      allSeconds: runs.map((run) => run.seconds),
      megabytesPerSecond: corpusBytes / 1e6 / seconds,
      peakBytes: Math.max(...runs.map((run) => run.peakBytes)),
      storedBytes: middle('storedBytes'),
      addedBytes: middle('addedBytes'),
    };
  });
}

export function sayLines(lines) {
  for (const { step, seconds, cpuSeconds, peakBytes, addedBytes } of lines) {
    const added = addedBytes > 0 ? `  stored ${megabytes(addedBytes)}` : '';
    say(
      `${step.padEnd(28)} ${seconds.toFixed(2).padStart(7)} s  cpu ${cpuSeconds.toFixed(2).padStart(7)} s` +
        `  peak ${megabytes(peakBytes).padStart(9)}${added}`,
    );
  }
}

/** What one thread does of each stage in a second of processor time. */
export function sayStages(stages) {
  for (const { name, bytes, messages, cpuSeconds } of stages) {
    const rate = `${(bytes / 1e6 / cpuSeconds).toFixed(0)} MB/s`;
    const also = messages === undefined ? '' : `, ${((1e6 * cpuSeconds) / messages).toFixed(1)} µs a message`;
    say(`one thread, ${name}: ${rate}${also}`);
  }
}

/**
 * Says each ratio beside what is owed, the worst last.
 *
 * @returns {{name: string, value: number, owed: number | null, isMet: boolean}[]} `isMet` is true where nothing is owed
 */
export function sayRatios(lines, changedBytes) {
  const ratios = ratiosOf(lines, changedBytes).filter(({ value }) => Number.isFinite(value));
  for (const { name, value, owed, isAtLeast } of ratios) {
    const target = owed === null ? '' : `  owed: at ${isAtLeast ? 'least' : 'most'} ${owed}`;
    say(`${name.padEnd(52)} ${value.toFixed(2).padStart(7)}${target}`);
  }
  const shortfalls = ratios
    .filter(({ owed }) => owed !== null)
    .map((ratio) => ({ ...ratio, share: ratio.isAtLeast ? ratio.value / ratio.owed : ratio.owed / ratio.value }))
    .sort((left, right) => left.share - right.share);
  if (shortfalls.length > 0) {
    say(`furthest from what is owed: ${shortfalls[0].name}, ${(100 * shortfalls[0].share).toFixed(0)} % of it`);
  }
  return ratios.map(({ name, value, owed, isAtLeast }) => {
    const isMet = owed === null || (isAtLeast ? value >= owed : value <= owed);
    return { name, value, owed, isMet };
  });
}

function ratiosOf(lines, changedBytes) {
  const of = (step, field) => lines.find((line) => line.step === step)?.[field] ?? NaN;
  const faster = (step, field) => of(`restic ${step}`, field) / of(`coffer ${step}`, field);
  const least = (name, value, owed) => ({ name, value, owed, isAtLeast: true });
  const most = (name, value, owed) => ({ name, value, owed, isAtLeast: false });
  const own = lines.filter(({ step }) => step.startsWith('coffer '));
  return [
    least("first backup, times restic's speed", faster('first backup', 'seconds'), 3),
    least('  by processor seconds', faster('first backup', 'cpuSeconds'), null),
    least("restore, times restic's speed", faster('restore', 'seconds'), 3),
    least('  by processor seconds', faster('restore', 'cpuSeconds'), null),
    least("unchanged backup, times restic's speed", faster('unchanged backup', 'seconds'), 1),
    least('  by processor seconds', faster('unchanged backup', 'cpuSeconds'), null),
    most("stored bytes, times restic's (conversations included)", storedRatio(of), 1.1),
    most('1 % appended, times what was appended', of('coffer appended', 'addedBytes') / changedBytes.appended, 3),
    most('  restic', of('restic appended', 'addedBytes') / changedBytes.appended, null),
    most('1 % at random, times the texts', of('coffer random', 'addedBytes') / changedBytes.random, null),
    most('  restic', of('restic random', 'addedBytes') / changedBytes.random, null),
    most('memory, most of all steps, of 256 MB', Math.max(...own.map(({ peakBytes }) => peakBytes)) / memoryLimit, 1),
  ];
}

function storedRatio(of) {
  return of('coffer first backup', 'addedBytes') / of('restic first backup', 'addedBytes');
}

function median(numbers) {
  const sorted = [...numbers].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)];
}

export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

export function say(text) {
  process.stdout.write(`${text}\n`);
}
