// Makes a migration: node tools/new-migration.mjs NAME. The SQL is the difference between the migrations and the schema, found
// on an in-memory PGlite, so neither a server nor Prisma's engine is needed. What Prisma cannot express (checks) is added by
// hand to the written file. Without NAME it only says whether the schema has moved on, by its exit code.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { migrationList, openSchemaEngine } from '../src/schema-engine.ts';

const prisma = join(import.meta.dirname, '../prisma');
const folder = join(prisma, 'migrations');
const schemas = readdirSync(join(prisma, 'schema'))
  .sort()
  .map((name) => [name, readFileSync(join(prisma, 'schema', name), 'utf8')]);
const migrations = (existsSync(folder) ? readdirSync(folder) : [])
  .sort()
  .map((name) => ({ name, sql: readFileSync(join(folder, name, 'migration.sql'), 'utf8') }));

const factory = bindMigrationAwareSqlAdapterFactory(new PrismaPGlite(await PGlite.create()));
const engine = await openSchemaEngine(factory, schemas);
const { stdout } = await engine.diff({
  from: { tag: 'migrations', ...migrationList(migrations) },
  to: { tag: 'schemaDatamodel', files: schemas.map(([path, content]) => ({ path, content })) },
  script: true,
  exitCode: null,
  filters: { externalTables: [], externalEnums: [] },
});
const sql = (stdout ?? '').trim();
const isEmpty = sql === '' || sql.includes('This is an empty migration');
const [name] = process.argv.slice(2);
if (isEmpty) {
  process.stdout.write('The migrations are up to date with the schema.\n');
} else if (name === undefined) {
  process.stdout.write(`${sql}\n`);
  process.exitCode = 1;
} else {
  const number = String(migrations.length + 1).padStart(4, '0');
  const target = join(folder, `${number}_${name}`);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'migration.sql'), `${sql}\n`);
  process.stdout.write(`${target}/migration.sql\n`);
}
