export { openDatabase, type Database, type DatabaseOptions, type Queryable, type Session } from './database';
export { durabilityProblems } from './durability';
export { DatabaseError } from './errors';
export { migrate } from './migrate';
export { clockMs, fromMs, instantMs, statement, type SqlValue, type Statement } from './statement';
