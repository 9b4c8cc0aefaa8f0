// What the import graph of projects cannot say: which files may reach the platform, a primitive or a framework, and where
// the clock, randomness, the console and the environment have their one home. Flat configuration: a later entry replaces
// an earlier one for the same rule, so every file gets exactly one list, computed here.

const specs = ['**/*.spec.ts', '**/*.spec.tsx', '**/test/**/*.ts', 'apps/e2e/**/*.ts', 'libs/test-kit/**/*.ts'];

const nodePlatform = {
  regex: '^(node:.*|fs|path|crypto|worker_threads)$',
  message: 'node:* belongs in src/node, node.ts and Node apps.',
};
const noble = { group: ['@noble/*', '@noble/**'], message: '@noble/* belongs in libs/crypto and libs/device-crypto.' };
const opaque = {
  group: ['@serenity-kit/*'],
  message: 'OPAQUE is reached through libs/crypto (server half) and libs/device-crypto (device half).',
};
const prisma = {
  group: ['@prisma/*', 'prisma', 'pg', '**/generated/**'],
  message: 'Prisma and pg belong in libs/database.',
};
const nest = { group: ['@nestjs/*', 'nestjs-*'], message: 'Nest belongs in apps/vault-api.' };
const boss = { group: ['pg-boss'], message: 'pg-boss belongs in libs/jobs.' };
const aws = {
  group: ['@aws-sdk/*'],
  message: 'The S3 client belongs in libs/object-store and libs/plaintext-connectors.',
};
const keyHolders = {
  group: ['pkcs11js', 'shamir-secret-sharing'],
  message: 'What holds or splits sealing keys belongs in libs/key-sealer.',
};
const messengers = {
  group: ['nodemailer', 'nodemailer/*', 'web-push'],
  message: 'What sends notices belongs in libs/notice-channels.',
};
const testKit = {
  group: ['@coffer/test-kit', '@coffer/test-kit/*'],
  message: 'test-kit is for *.spec.ts and apps/e2e only.',
};
const nodeHalf = { group: ['@coffer/*/node'], message: 'The Node half of a lib cannot run here.' };
const browserHalf = { group: ['@coffer/*/browser'], message: 'The browser half of a lib cannot run here.' };
const deep = {
  group: ['@coffer/*/src/*', '@coffer/*/src/**'],
  message: 'No deep imports: a lib is its index.ts, node.ts and browser.ts.',
};

const every = {
  nodePlatform,
  noble,
  opaque,
  prisma,
  nest,
  boss,
  aws,
  keyHolders,
  messengers,
  testKit,
  nodeHalf,
  browserHalf,
  deep,
};

/** The whole list less what a glob is allowed. */
const except = (...allowed) =>
  Object.entries(every)
    .filter(([name]) => !allowed.includes(name))
    .map(([, pattern]) => pattern);

const restrict = (files, ...allowed) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: except(...allowed) }] },
});

const houseRules = [
  { selector: 'TSEnumDeclaration', message: 'No enum: a const object and a type of the same name.' },
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'Instants come from an injected Clock (libs/foundation).',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Instants come from an injected Clock (libs/foundation).',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Randomness comes from libs/crypto (randomBytes).',
  },
];
/** What anybody typed is a value of a statement, never its text. */
const sql = [
  {
    selector: 'MemberExpression[property.name=/^\\$(?:query|execute)RawUnsafe$/]',
    message: 'SQL is a constant with parameters: statement() of libs/database, or $queryRaw as a tag.',
  },
  {
    selector: "MemberExpression[object.name='Prisma'][property.name='raw']",
    message: 'SQL is a constant with parameters: Prisma.sql, never Prisma.raw.',
  },
  {
    selector: ":function CallExpression[callee.name='statement']",
    message: 'A statement is made once, where its module is loaded: its text holds nothing that a function was given.',
  },
];
const environment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'The environment is read in config.ts alone.',
};

export const confinements = [
  {
    files: ['libs/**/*.ts', 'libs/**/*.tsx', 'apps/**/*.ts', 'apps/**/*.tsx'],
    rules: { 'no-restricted-syntax': ['error', ...houseRules, ...sql, environment], 'no-console': 'error' },
  },
  {
    files: ['**/config.ts', '**/*.config.ts', 'apps/e2e/**/*.ts', ...specs],
    rules: { 'no-restricted-syntax': ['error', houseRules[0]] },
  },
  { files: ['libs/foundation/src/clock.ts'], rules: { 'no-restricted-syntax': 'off' } },

  // shared libs: run anywhere
  restrict(['libs/*/src/**/*.ts', 'libs/*/src/**/*.tsx']),
  restrict(['libs/*/src/node/**/*.ts', 'libs/*/src/node.ts'], 'nodePlatform', 'nodeHalf'),
  restrict(['libs/*/src/browser/**/*.ts', 'libs/*/src/browser.ts', 'libs/web-ui/**/*.tsx'], 'browserHalf'),
  restrict(['libs/{crypto,device-crypto}/src/**/*.ts'], 'noble', 'opaque'),
  restrict(
    ['libs/{crypto,device-crypto}/src/node/**/*.ts', 'libs/{crypto,device-crypto}/src/node.ts'],
    'noble',
    'opaque',
    'nodePlatform',
    'nodeHalf',
  ),
  restrict(
    ['libs/{crypto,device-crypto}/src/browser/**/*.ts', 'libs/{crypto,device-crypto}/src/browser.ts'],
    'noble',
    'opaque',
    'browserHalf',
  ),
  // server adapters are Node throughout
  restrict(['libs/{observability,embedded-postgres}/src/**/*.ts'], 'nodePlatform', 'nodeHalf'),
  restrict(['libs/key-sealer/src/**/*.ts'], 'nodePlatform', 'nodeHalf', 'keyHolders'),
  restrict(['libs/notice-channels/src/**/*.ts'], 'nodePlatform', 'nodeHalf', 'messengers'),
  restrict(['libs/jobs/src/**/*.ts'], 'nodePlatform', 'nodeHalf', 'boss'),
  restrict(['libs/database/src/**/*.ts'], 'nodePlatform', 'nodeHalf', 'prisma'),
  restrict(['libs/plaintext-connectors/src/**/*.ts'], 'nodePlatform', 'nodeHalf', 'aws'),
  restrict(['libs/object-store/src/node/**/*.ts', 'libs/object-store/src/node.ts'], 'nodePlatform', 'nodeHalf', 'aws'),
  // apps
  restrict(['apps/vault-api/**/*.ts'], 'nodePlatform', 'nodeHalf', 'nest'),
  restrict(['apps/{migration-worker,demo-identity,cli}/**/*.ts'], 'nodePlatform', 'nodeHalf'),
  restrict(['apps/{device-worker,viewer}/**/*.ts', 'apps/{device-worker,viewer}/**/*.tsx'], 'browserHalf'),
  // the server half of Next is Node, yet it is bundled together with browser code: node:* only under src/server
  restrict(
    ['apps/{restore-portal,ops-dashboard}/**/*.ts', 'apps/{restore-portal,ops-dashboard}/**/*.tsx'],
    'browserHalf',
  ),
  restrict(['apps/{restore-portal,ops-dashboard}/src/server/**/*.ts'], 'nodePlatform'),
  restrict(
    ['**/vite.config.ts', '**/vite.*.config.ts', '**/next.config.ts', '**/vitest.config.ts', '**/playwright.config.ts'],
    'nodePlatform',
  ),
  restrict(['tools/**/*.ts'], ...Object.keys(every).filter((name) => name !== 'deep')),
  // tests may reach what they test and its peers
  restrict(specs, ...Object.keys(every).filter((name) => name !== 'deep')),
];
