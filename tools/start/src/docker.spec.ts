import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '../../..');
interface ComposeService {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
}
const compose = parse(readFileSync(join(root, 'docker/compose.yaml'), 'utf8'), { merge: true }) as {
  services: Record<string, ComposeService>;
  volumes: Record<string, unknown>;
};
const apps = Object.entries(compose.services).filter(([, service]) => service.command !== undefined);

describe('docker/compose.yaml', () => {
  it('runs every server app of the workspace but the demo identity', () => {
    expect(apps.map(([name]) => name).sort()).toEqual([
      'migration-worker',
      'ops-dashboard',
      'restore-portal',
      'vault-api',
    ]);
  });

  it.each(apps)('starts %s with a command that the launcher uses too', (name, service) => {
    const command = service.command ?? [];
    if (command[1]?.endsWith('next') === true) {
      expect(existsSync(join(root, 'node_modules/next/dist/bin/next'))).toBe(true);
      expect(
        existsSync(join(root, 'apps', name, 'package.json')) || existsSync(join(root, 'apps', name, 'next.config.ts')),
      ).toBe(true);
    } else {
      expect(command).toEqual(['node', `apps/${name}/dist/main.mjs`]);
      expect(readFileSync(join(root, 'tools/start/src/platform.ts'), 'utf8')).toContain(`bundle('${name}')`);
    }
  });

  it.each(apps)('gives %s only variables that docs/configuration.md names', (_name, service) => {
    const documented = readFileSync(join(root, 'docs/configuration.md'), 'utf8');
    for (const variable of Object.keys(service.environment ?? {})) expect(documented).toContain(`\`${variable}\``);
  });

  it('depends on services and volumes that exist', () => {
    for (const { depends_on: needs, volumes } of Object.values(compose.services)) {
      for (const need of Object.keys(needs ?? {})) expect(compose.services).toHaveProperty(need);
      for (const volume of volumes ?? []) expect(compose.volumes).toHaveProperty(volume.split(':')[0] ?? '');
    }
  });

  it('has vault-api listen where other machines reach it, not on the localhost of its container', () => {
    expect(compose.services['vault-api']?.environment).toMatchObject({ COFFER_API_HOST: '0.0.0.0' });
    for (const name of ['vault-api', 'migration-worker']) {
      expect(compose.services[name]?.environment).toMatchObject({ COFFER_METRICS_HOST: '0.0.0.0' });
    }
  });

  it.each(['restore-portal', 'ops-dashboard'])('gives %s neither the database nor the volume with the keys', (name) => {
    const service = compose.services[name]!;
    const volumesOf = (one: ComposeService | undefined): readonly string[] =>
      (one?.volumes ?? []).filter((volume) => !volume.endsWith(':ro')).map((volume) => volume.split(':')[0]!);
    const secret = [...volumesOf(compose.services['vault-api']), ...volumesOf(compose.services['migration-worker'])];
    expect(secret).toContain('state');
    expect(volumesOf(service).filter((volume) => secret.includes(volume))).toEqual([]);
    expect(service.environment).not.toHaveProperty('DATABASE_URL');
    expect(service).not.toHaveProperty('env_file');
  });
});

describe('docker/Dockerfile', () => {
  const lines = readFileSync(join(root, 'docker/Dockerfile'), 'utf8').split('\n');

  it('uses the Node that the lock file pins', () => {
    const version = (
      JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { devDependencies: { node: string } }
    ).devDependencies.node;
    const images = lines.filter((line) => line.startsWith('FROM '));
    expect(images.length).toBe(2);
    for (const image of images) expect(image).toContain(`node:${version}-`);
  });

  it('copies only files that exist and never runs as root', () => {
    for (const line of lines.filter((text) => text.startsWith('COPY ') && !text.includes('--from='))) {
      for (const source of line.split(' ').slice(1, -1)) expect(existsSync(join(root, source))).toBe(true);
    }
    expect(lines).toContain('USER node');
  });
});
