// What other programs do with the same corpus, where they are installed (Debian: restic, borgbackup, age).
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} folder
 * @param {string} source - the corpus
 * @param {{name: string, apply: () => void, undo: () => void}[]} changes - later states of it, each backed up as well
 * @returns {{name: string, steps: {name: string, command: string, args: string[], env?: object, store?: string, prepare?: () => void,
 *   after?: () => void}[]}[]}
 */
export function peers(folder, source, changes) {
  return [
    restic(join(folder, 'restic'), source, changes),
    borg(join(folder, 'borg'), source, changes),
    age(join(folder, 'age'), source),
  ].filter(({ command }) => spawnSync(command, ['--version']).error === undefined);
}

function restic(folder, source, changes) {
  const env = {
    RESTIC_PASSWORD: 'bench',
    RESTIC_REPOSITORY: join(folder, 'store'),
    RESTIC_CACHE_DIR: join(folder, 'cache'),
  };
  const step = (name, ...args) => ({ name, command: 'restic', args, env, store: join(folder, 'store') });
  const steps = [
    { ...step('init', 'init'), prepare: () => anew(folder) },
    step('first backup', 'backup', source),
    step('unchanged backup', 'backup', source),
    step('restore', 'restore', 'latest', '--target', join(folder, 'out')),
    ...changes.map((change) => changed(change, step(change.name, 'backup', source))),
  ];
  return { name: 'restic', command: 'restic', steps };
}

function borg(folder, source, changes) {
  const env = { BORG_PASSPHRASE: 'bench', BORG_REPO: join(folder, 'store'), BORG_BASE_DIR: folder };
  const step = (name, ...args) => ({ name, command: 'borg', args, env, store: join(folder, 'store') });
  const steps = [
    { ...step('init', 'init', '--encryption', 'repokey-blake2'), prepare: () => anew(folder) },
    step('first backup', 'create', '::1', source),
    step('unchanged backup', 'create', '::2', source),
    {
      name: 'restore',
      command: 'sh',
      args: ['-c', `mkdir ${folder}/out && cd ${folder}/out && borg extract ::1`],
      env,
    },
    ...changes.map((change) => changed(change, step(change.name, 'create', `::${change.name}`, source))),
  ];
  return { name: 'borg', command: 'borg', steps };
}

/** One stream without any backup logic: what reading, encrypting and writing alone cost. */
function age(folder, source) {
  const shell = (name, line) => ({ name, command: 'sh', args: ['-c', line] });
  const steps = [
    { ...shell('key', `age-keygen -o ${folder}/key`), prepare: () => anew(folder) },
    shell('encrypt a tar', `tar -cf - -C ${source} . | age -r "$(age-keygen -y ${folder}/key)" -o ${folder}/tar.age`),
    shell('decrypt', `age -d -i ${folder}/key ${folder}/tar.age > /dev/null`),
  ];
  return { name: 'age', command: 'age', steps };
}

/** A step with a later state of the corpus in place. */
export function changed({ apply, undo }, step) {
  return { ...step, prepare: apply, after: undo };
}

export function anew(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}
