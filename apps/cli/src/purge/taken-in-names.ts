import type { PurgeObject } from '@coffer/contracts';

/** Name of the folder, in a snapshot, that holds plaintext backups that were taken in. */
export const takenInSource = 'plaintext-backups';

type Named = Pick<PurgeObject, 'objectId' | 'provider' | 'name' | 'sha256'>;

/**
 * The path of each object below the folder that is taken in: `plaintext-backups/<provider>/<name>`. Names come from outside: no
 * part of one leaves its folder. Of copies with equal bytes only the first gets a path; where others share a name, or one was
 * taken in before under it, the start of the hash tells them apart.
 *
 * @param taken - paths that the current snapshot has
 * @returns path by object id, with `/` between the names
 */
export function namesFor(objects: readonly Named[], taken: Iterable<string> = []): ReadonlyMap<string, string> {
  const hashes = new Set<string>();
  const first = objects.filter(({ sha256 }) => {
    if (sha256 === null || hashes.has(sha256)) return false;
    hashes.add(sha256);
    return true;
  });
  // Some file systems take two names that differ in case only for one.
  const plain = (object: Named): string => `${takenInSource}/${object.provider}/${safeName(object.name)}`;
  const counts = new Map<string, number>(Array.from(taken, (path) => [path.toLowerCase(), 1]));
  for (const path of first.map(plain)) counts.set(path.toLowerCase(), (counts.get(path.toLowerCase()) ?? 0) + 1);
  return new Map(
    first.map((object) => {
      const path = plain(object);
      return [object.objectId, counts.get(path.toLowerCase()) === 1 ? path : marked(object)] as const;
    }),
  );
}

function marked({ provider, name, sha256 }: Named): string {
  return `${takenInSource}/${provider}/${(sha256 ?? '').slice(0, 12)}-${safeName(name)}`;
}

/** A file name that every file system takes. */
function safeName(name: string): string {
  const clean = name
    .toWellFormed()
    .replaceAll(/[\p{Cc}/\\:*?"<>|]/gu, '_')
    .replace(/^\.+/, '_')
    .replace(/[. ]+$/, '_');
  return Array.from(clean).slice(0, 100).join('') || 'backup';
}
