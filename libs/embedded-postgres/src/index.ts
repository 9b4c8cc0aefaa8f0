export { EmbeddedPostgresError } from './errors';
export { startEmbeddedPostgres, type EmbeddedPostgres, type EmbeddedPostgresOptions } from './start';
export { startTestPostgres, type TestPostgres, type TestPostgresOptions } from './test-server';
