import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');

interface Locked {
  readonly link?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}

const readText = (name: string): string => readFileSync(join(root, name), 'utf8');

const { allowScripts } = JSON.parse(readText('package.json')) as {
  readonly allowScripts: Readonly<Record<string, boolean>>;
};
const { packages } = JSON.parse(readText('package-lock.json')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};
/** Packages of others, by their place: what npm fetches. */
const fetched = Object.entries(packages).filter(
  ([place, { link }]) => place.includes('node_modules/') && link !== true,
);

/** `node_modules/a/node_modules/@b/c` is `@b/c`. */
function nameAt(place: string): string {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

describe('dependencies (D18)', () => {
  it('D18: whether a package may run its install script is decided by name, and nothing else is decided', () => {
    const withScript = fetched.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    const names = new Set(withScript.map(([place]) => nameAt(place)));
    expect(names.size).toBeGreaterThan(3);
    expect([...names].sort()).toEqual(Object.keys(allowScripts).sort());
    expect(Object.values(allowScripts).every((allowed) => typeof allowed === 'boolean')).toBe(true);
  });

  it('D18: a changed tarball is refused: each package is locked by its SHA-512 and comes from the configured registry', () => {
    expect(fetched.length).toBeGreaterThan(500);
    for (const [place, { integrity, resolved }] of fetched) {
      expect(integrity, place).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
      expect(resolved, place).toBeUndefined();
    }
  });
});
