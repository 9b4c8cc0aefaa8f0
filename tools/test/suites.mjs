// The order of everything that CI runs; `npm test` and .ci/run share it.
import { readdirSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every project that has a target `test`, by the name that its report bears. */
export function testedProjects() {
  return [...testedFolders().values()].sort();
}

/** Those of some folders, their names by the folder of each: `crypto` by `libs/crypto`. */
export function testedFolders(within = ['libs', 'apps', 'tools']) {
  const names = new Map();
  for (const folder of within) {
    if (!existsSync(folder)) continue;
    for (const entry of readdirSync(folder)) {
      const file = join(folder, entry, 'project.json');
      if (!existsSync(file)) continue;
      const project = JSON.parse(readFileSync(file, 'utf8'));
      if (project.targets?.test !== undefined) names.set(`${folder}/${entry}`, project.name);
    }
  }
  return names;
}
