import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';

// Imports nothing of this project: tools/new-migration.mjs loads it as it stands.

export type SchemaEngine = engine.SchemaEngine;

/** One migration: the name of its folder and its SQL. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

let loaded: Promise<typeof engine> | undefined;

/**
 * Prisma's schema engine as WebAssembly, over a connection that the caller brings. The package expects a bundler that
 * imports `.wasm`, so the module is instantiated here.
 *
 * @param adapter - made by `bindMigrationAwareSqlAdapterFactory`
 * @param schemas - pairs of path and content of the Prisma schema files
 */
export async function openSchemaEngine(adapter: object, schemas: [string, string][] = []): Promise<SchemaEngine> {
  loaded ??= load();
  const { SchemaEngine } = await loaded;
  return SchemaEngine.new({ datamodels: schemas.length === 0 ? undefined : schemas }, () => undefined, adapter);
}

async function load(): Promise<typeof engine> {
  const bindings = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = await readFile(join(dirname(bindings), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': engine });
  engine.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
  return engine;
}

/** Migrations in the form that the engine takes them. */
export function migrationList(migrations: readonly Migration[]): engine.MigrationList {
  return {
    baseDir: '/migrations',
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}
