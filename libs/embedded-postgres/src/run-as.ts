import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './errors';

const run = promisify(execFile);

/** The user that PostgreSQL runs as where this process is root, which PostgreSQL refuses. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user `postgres`, made where the machine has none; undefined where this process is an ordinary user already.
 *
 * @throws EmbeddedPostgresError `no-postgres-user` where there is none and none can be made
 */
export async function postgresUser(): Promise<RunAs | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const found = await lookUp();
  if (found !== undefined) return found;
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'no-postgres-user',
      'PostgreSQL does not run as root, and the user "postgres" could not be made: make it with useradd, or start as an ordinary user.',
      { cause },
    );
  }
  const made = await lookUp();
  if (made === undefined) throw new EmbeddedPostgresError('no-postgres-user', 'the user "postgres" was not found');
  return made;
}

async function lookUp(): Promise<RunAs | undefined> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (what) => Number.parseInt((await run('id', [what, 'postgres'])).stdout, 10)),
    );
    return uid !== undefined && gid !== undefined ? { uid, gid } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether `user` may pass through every folder down to `folder`, itself included. */
export async function canEnter(folder: string, user: RunAs): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    const { uid, gid, mode } = await stat(at);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
