import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const folder = join(import.meta.dirname, '../dist');
const file = readFileSync(join(folder, 'device-worker.js'), 'utf8');

describe('the built device', () => {
  it('is one file', () => {
    expect(readdirSync(folder)).toEqual(['device-worker.js']);
  });

  it('loads nothing else and makes no code out of text', () => {
    expect(file).not.toMatch(/\bimportScripts\s*\(|\bimport\s*\(|^\s*import\s/m);
    expect(file).not.toMatch(/\bsourceMappingURL=/);
  });

  it('names no foreign address that it could send something to', () => {
    const addresses = [...file.matchAll(/https?:\/\/[a-z0-9.-]+/gi)].map(([address]) => address.toLowerCase());
    expect(new Set(addresses).size).toBeLessThanOrEqual(3);
    expect(file).not.toMatch(/navigator\.sendBeacon|WebSocket|XMLHttpRequest|EventSource/);
  });

  it('keeps nothing: no storage of the browser is touched', () => {
    expect(file).not.toMatch(/localStorage|sessionStorage|indexedDB|navigator\.storage|caches\.open|document\.cookie/);
  });
});
