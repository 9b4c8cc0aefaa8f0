import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canEnter, type RunAs } from './run-as';

/** Where one embedded server keeps its things. */
export interface ServerFolders {
  /** Folder that holds the others; owned by the user that PostgreSQL runs as. */
  readonly base: string;
  /** The cluster (PGDATA). */
  readonly data: string;
  readonly log: string;
  /** Password of the one role, mode 0600. */
  readonly password: string;
}

/**
 * Chooses and makes the folders for `home`: `home/postgresql`, or, where the user that PostgreSQL must run as cannot enter
 * `home`, a folder of its own below /var/lib. `home/postgresql.location` names that one, so that a home that was removed
 * and made anew never meets the data of its predecessor.
 */
export async function serverFolders(home: string, runAs: RunAs | undefined): Promise<ServerFolders> {
  await mkdir(home, { recursive: true });
  const real = await realpath(home);
  const base =
    runAs === undefined || (await canEnter(real, runAs)) ? join(real, 'postgresql') : await folderOutside(real);
  await mkdir(base, { recursive: true, mode: 0o700 });
  if (runAs !== undefined) await chown(base, runAs.uid, runAs.gid);
  return { base, data: join(base, 'data'), log: join(base, 'server.log'), password: join(base, 'password') };
}

/** Names the folder of a server whose data lie outside its home. */
const locationName = 'postgresql.location';

/** Removes the server's folders and what names them. */
export async function removeFolders(home: string, folders: ServerFolders): Promise<void> {
  await rm(folders.base, { recursive: true, force: true, maxRetries: 5 });
  await rm(join(home, locationName), { force: true });
}

async function folderOutside(home: string): Promise<string> {
  const file = join(home, locationName);
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    const folder = `/var/lib/coffer-${randomBytes(6).toString('hex')}`;
    await writeFile(file, `${folder}\n`, { flush: true });
    return folder;
  }
}

/** Whether the cluster was made to its end. */
export async function isInitialised(folders: ServerFolders): Promise<boolean> {
  return stat(join(folders.data, 'coffer-initialised')).then(
    () => true,
    () => false,
  );
}

/** Removes what an interrupted `initdb` left. */
export async function forgetUnfinished(folders: ServerFolders): Promise<void> {
  await rm(folders.data, { recursive: true, force: true });
}

/** Marks the cluster as made to its end. */
export async function markInitialised(folders: ServerFolders): Promise<void> {
  await writeFile(join(folders.data, 'coffer-initialised'), '', { flush: true });
}

/** The password of the role, made where there is none. 32 hexadecimal digits. */
export async function rolePassword(folders: ServerFolders, runAs: RunAs | undefined): Promise<string> {
  try {
    return (await readFile(folders.password, 'utf8')).trim();
  } catch {
    const password = randomBytes(16).toString('hex');
    await writeFile(folders.password, `${password}\n`, { mode: 0o600, flush: true });
    if (runAs !== undefined) await chown(folders.password, runAs.uid, runAs.gid);
    return password;
  }
}
