import { readFile } from 'node:fs/promises';
import { text as readText } from 'node:stream/consumers';
import { UsageError } from '../output/usage-error';

const maximumBytes = 4096;

/**
 * A secret from a file, from standard input (`-`), from the environment or from a prompt; never echoed, never from a plain
 * argument. The final line break is dropped, nothing else.
 *
 * @param sources - `file`: value of the option; `environment`: value of the variable; `prompt`: asked on a terminal only
 * @throws UsageError where no source gives anything
 */
export async function readSecret(sources: {
  readonly what: string;
  readonly file: string | undefined;
  readonly environment: string | undefined;
  readonly prompt: (() => Promise<string>) | undefined;
  readonly hint: string;
}): Promise<string> {
  if (sources.file !== undefined) return readSecretFile(sources.file, sources.what);
  if (sources.environment !== undefined && sources.environment !== '') return sources.environment;
  if (sources.prompt !== undefined) return sources.prompt();
  throw new UsageError(`No ${sources.what} was given, and there is no terminal to ask on. ${sources.hint}`);
}

/** @param path - a file, or `-` for standard input @throws UsageError where it is empty or far too long */
export async function readSecretFile(path: string, what: string): Promise<string> {
  const secret = (path === '-' ? await readText(process.stdin) : await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  if (secret.length === 0 || secret.length > maximumBytes) {
    throw new UsageError(`${path === '-' ? 'Standard input' : `The file ${path}`} holds no ${what}.`);
  }
  return secret;
}
