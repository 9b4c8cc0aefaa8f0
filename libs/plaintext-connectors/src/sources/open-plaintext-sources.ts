import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';

import { randomBytes } from '@coffer/crypto';
import { CofferError, readU32be, systemClock, type Clock } from '@coffer/foundation';
import { z } from 'zod';

import { DiskConnector } from '../disk/disk-connector';
import { AddressPolicy } from '../network/address-policy';
import { BackupContent, defaultPlaintextRules, PlaintextRules } from '../rules/plaintext-rules';
import { S3Connector } from '../s3/s3-connector';
import { plaintextSources, type PlaintextSource, type PlaintextSources } from './plaintext-sources';

/** The configuration of plaintext sources is not understood. Nothing was opened. */
export class PlaintextSourcesError extends CofferError {
  declare readonly code: 'sources-invalid';

  constructor(message: string) {
    super('sources-invalid', message);
  }
}

const rule = z.strictObject({
  names: z.array(z.string().min(1)).min(1),
  contents: z.array(z.enum(Object.values(BackupContent))),
  otherwise: z.enum(['report', 'ignore']).default('report'),
});
const common = {
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  // Without the account in it, one person's purge would find another's backups.
  pathTemplate: z.string().includes('{subject}').default('{subject}'),
  rules: z.array(rule).min(1).optional(),
};
const diskSource = z.strictObject({
  ...common,
  provider: z.literal('disk'),
  root: z.string().refine(isAbsolute, 'must be an absolute path'),
});
const s3Source = z.strictObject({
  ...common,
  provider: z.literal('s3'),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
  prefix: z.string().default(''),
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  region: z.string().min(1).optional(),
  allowLoopback: z.boolean().default(false),
  allowNetworks: z.array(z.string()).default([]),
});
const sourcesFile = z
  .array(z.discriminatedUnion('provider', [diskSource, s3Source]))
  .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'two sources have one id');

/**
 * Opens the plaintext sources that a file names (docs/purge.md, "Sources"). No file: no sources. Credentials never stand in it; those
 * of S3 come from the environment or a role.
 *
 * @param path - of a JSON file
 * @throws PlaintextSourcesError `sources-invalid` naming what is not understood, never a value
 */
export async function openPlaintextSources(path: string, clock: Clock = systemClock): Promise<PlaintextSources> {
  const parsed = sourcesFile.safeParse(await readJson(path));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw invalid(problems.join('; '));
  }
  return plaintextSources(parsed.data.map((source) => open(source, clock)));
}

function open(source: z.infer<typeof sourcesFile>[number], clock: Clock): PlaintextSource {
  const { id, pathTemplate } = source;
  const rules = new PlaintextRules(source.rules ?? defaultPlaintextRules);
  if (source.provider === 'disk') {
    return { id, pathTemplate, connector: new DiskConnector({ root: source.root, rules }) };
  }
  const { bucket, prefix, endpoint, region, allowLoopback, allowNetworks } = source;
  const connector = new S3Connector({
    ...{ bucket, rules, clock, budget: { random } },
    prefix: prefix.replace(/^\/+|\/+$/g, ''),
    ...(endpoint === undefined ? {} : { endpoint: requireBareEndpoint(endpoint) }),
    ...(region === undefined ? {} : { region }),
    policy: {
      hosts: endpoint === undefined ? ['.amazonaws.com'] : [new URL(endpoint).hostname.replace(/^\[|\]$/g, '')],
      addresses: openAddresses(allowLoopback, allowNetworks),
    },
  });
  return { id, pathTemplate, connector };
}

function requireBareEndpoint(endpoint: string): string {
  const url = new URL(endpoint);
  const isBare = url.username === '' && url.password === '' && url.pathname === '/' && url.search === '';
  if (!isBare) throw invalid('an endpoint is scheme, host and port only, without credentials');
  return url.origin;
}

function openAddresses(allowLoopback: boolean, allowNetworks: readonly string[]): AddressPolicy {
  try {
    return new AddressPolicy({ allowLoopback, allowNetworks });
  } catch {
    throw invalid('allowNetworks: networks are written as address/bits');
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw invalid(error instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read');
  }
}

function random(): number {
  return readU32be(randomBytes(4)) / 2 ** 32;
}

function invalid(what: string): PlaintextSourcesError {
  return new PlaintextSourcesError(`the file of plaintext sources is not understood; nothing was opened: ${what}`);
}
