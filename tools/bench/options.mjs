// What a benchmark takes from its command line. Plain JavaScript that Node 20 can run.
import { parseArgs } from 'node:util';

/**
 * `--help` prints the usage and ends with 0; what it does not name ends with 2, before anything is measured.
 *
 * @template {NonNullable<Parameters<typeof parseArgs>[0]>['options']} Options
 * @param {string} usage - ends with a line feed
 * @param {Options} options - as `util.parseArgs` has them
 * @returns what was given or else its default, by name
 */
export function readOptions(usage, options) {
  try {
    const { values } = parseArgs({
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowNegative: true,
    });
    if (!values.help) return values;
  } catch (error) {
    refuse(usage, error.message);
  }
  process.stdout.write(usage);
  process.exit(0);
}

/**
 * @param {string} usage
 * @param {string} reason
 * @returns {never}
 */
export function refuse(usage, reason) {
  process.stderr.write(`${reason}\n\n${usage}`);
  process.exit(2);
}
