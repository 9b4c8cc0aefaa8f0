/// <reference types="vite/client" />
import type { Migration } from './schema-engine';

const files = import.meta.glob<string>('../prisma/migrations/*/migration.sql', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Every migration in order; their SQL travels inside the built programs. */
export const migrations: readonly Migration[] = Object.entries(files)
  .map(([path, sql]) => ({ name: path.split('/').at(-2) ?? path, sql }))
  .sort((left, right) => (left.name < right.name ? -1 : 1));
