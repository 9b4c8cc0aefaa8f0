import { defineConfig } from 'prisma/config';

// The client is generated from here; migrations are made by tools/new-migration.mjs and applied by src/migrate.ts
// (docs/adr/0003-prisma-without-its-engine.md). No command that needs Prisma's engine is ever called.
export default defineConfig({ schema: 'prisma/schema' });
