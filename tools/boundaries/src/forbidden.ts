/** One import, or one line, that must not pass lint. */
export interface ForbiddenCase {
  readonly rule: string;
  readonly project: string;
  readonly file: string;
  readonly text: string;
  /** The lint rule whose name must stand beside the file. */
  readonly caughtBy: string;
}

const boundaries = '@nx/enforce-module-boundaries';
const restricted = 'no-restricted-imports';
const syntax = 'no-restricted-syntax';

/** Each rule of docs/architecture.md, broken once, and what the types must tell. */
export const forbiddenCases: readonly ForbiddenCase[] = [
  forbid(
    'server -> client',
    'key-vault',
    `import { keyId } from '@coffer/device-crypto';\nexport const broken = keyId;\n`,
    boundaries,
  ),
  forbid(
    'browser -> client',
    'web-ui',
    `import { keyId } from '@coffer/device-crypto';\nexport const broken = keyId;\n`,
    boundaries,
  ),
  forbid(
    'shared -> server',
    'contracts',
    `import * as sealer from '@coffer/key-sealer';\nexport const broken = sealer;\n`,
    boundaries,
  ),
  forbid(
    'client -> server',
    'chat-formats',
    `import * as vault from '@coffer/key-vault';\nexport const broken = vault;\n`,
    boundaries,
  ),
  forbid(
    'primitive -> contract',
    'crypto',
    `import * as model from '@coffer/chat-model';\nexport const broken = model;\n`,
    boundaries,
  ),
  forbid(
    'domain -> adapter',
    'purge',
    `import * as store from '@coffer/object-store';\nexport const broken = store;\n`,
    boundaries,
  ),
  forbid(
    'node: in code that runs anywhere',
    'chat-model',
    `import { readFileSync } from 'node:fs';\nexport const broken = readFileSync;\n`,
    restricted,
  ),
  forbid(
    'node: in browser code',
    'device-worker',
    `import { readFileSync } from 'node:fs';\nexport const broken = readFileSync;\n`,
    restricted,
    'apps',
  ),
  forbid(
    'Node half in browser code',
    'device-worker',
    `import * as half from '@coffer/device-crypto/node';\nexport const broken = half;\n`,
    restricted,
    'apps',
    'node-half',
  ),
  forbid(
    'browser half in Node code',
    'cli',
    `import * as half from '@coffer/device-crypto/browser';\nexport const broken = half;\n`,
    restricted,
    'apps',
  ),
  forbid(
    '@noble outside the crypto libs',
    'evidence',
    `import { sha256 } from '@noble/hashes/sha2.js';\nexport const broken = sha256;\n`,
    restricted,
  ),
  forbid(
    'OPAQUE outside the crypto libs',
    'vault-api',
    `import { server } from '@serenity-kit/opaque';\nexport const broken = server;\n`,
    restricted,
    'apps',
  ),
  forbid(
    'Prisma outside database',
    'vault-api',
    `import { PrismaPg } from '@prisma/adapter-pg';\nexport const broken = PrismaPg;\n`,
    restricted,
    'apps',
    'prisma',
  ),
  forbid(
    'Nest outside vault-api',
    'migration-worker',
    `import { Injectable } from '@nestjs/common';\nexport const broken = Injectable;\n`,
    restricted,
    'apps',
  ),
  forbid(
    'pg-boss outside jobs',
    'migration-worker',
    `import * as boss from 'pg-boss';\nexport const broken = boss;\n`,
    restricted,
    'apps',
    'boss',
  ),
  forbid(
    'an HSM outside key-sealer',
    'vault-api',
    `import * as token from 'pkcs11js';\nexport const broken = token;\n`,
    restricted,
    'apps',
    'hsm',
  ),
  forbid(
    'test-kit outside tests',
    'contracts',
    `import * as kit from '@coffer/test-kit';\nexport const broken = kit;\n`,
    restricted,
    'libs',
    'test-kit',
  ),
  forbid(
    'a deep import',
    'contracts',
    `import { toHex } from '@coffer/foundation/src/text-forms';\nexport const broken = toHex;\n`,
    restricted,
    'libs',
    'deep',
  ),
  forbid('a clock of its own', 'contracts', `export const broken = Date.now();\n`, syntax, 'libs', 'clock'),
  forbid(
    'an environment of its own',
    'evidence',
    `export const broken = process.env['HOME'];\n`,
    syntax,
    'libs',
    'environment',
  ),
  forbid(
    'SQL put together (D12)',
    'database',
    `import { statement } from './statement';\nexport const broken = (name: string) => statement('broken', \`SELECT '\${name}'\`);\n`,
    syntax,
    'libs',
    'statement',
  ),
  forbid(
    'SQL as Prisma was given it (D12)',
    'database',
    `import type { Database } from './database';\nexport const broken = ({ prisma }: Database, sql: string) => prisma.$queryRawUnsafe(sql);\n`,
    syntax,
    'libs',
    'raw',
  ),
  forbid('an enum', 'contracts', `export enum Broken {\n  one = 1,\n}\n`, syntax, 'libs', 'enum'),
  forbid('a wrong type', 'jobs', `export const broken: number = 'text';\n`, 'TS2322'),
  forbid(
    'a promise that nobody waits for',
    'jobs',
    `export function broken(promise: Promise<void>): void {\n  promise.then(() => undefined);\n}\n`,
    'no-floating-promises',
  ),
  forbid(
    'a condition that is always true',
    'jobs',
    `export const broken = (text: string): number => (text === undefined ? 0 : 1);\n`,
    'no-unnecessary-condition',
  ),
  forbid(
    'a hook that is called now and then',
    'ops-dashboard',
    `import { useState } from 'react';\nexport function Broken({ is }: { readonly is: boolean }) {\n  if (is) useState(1);\n  return null;\n}\n`,
    'rules-of-hooks',
    'apps',
    'hook',
    'tsx',
  ),
];

function forbid(
  rule: string,
  project: string,
  text: string,
  caughtBy: string,
  folder = 'libs',
  suffix = 'import',
  extension = 'ts',
): ForbiddenCase {
  return {
    rule,
    project,
    file: `${folder}/${project}/src/forbidden-${suffix}-${caughtBy.split('/').at(-1) ?? ''}.${extension}`,
    text,
    caughtBy,
  };
}
