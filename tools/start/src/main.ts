import { helpText, readOptions } from './options';
import { runPlatform } from './run-platform';

try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.help) process.stdout.write(helpText);
  else process.exitCode = await runPlatform(options);
} catch (error) {
  process.stderr.write(`coffer: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof TypeError ? 2 : 1;
}
