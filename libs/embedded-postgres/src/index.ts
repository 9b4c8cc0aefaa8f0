export { EmbeddedPostgresError } from './errors';
export {
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './start';
export { startTestPostgres, type TestPostgres, type TestPostgresOptions } from './test-server';
