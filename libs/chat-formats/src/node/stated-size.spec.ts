import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { databaseBytes } from '../../test/sql-script';
import { statedDatabaseBytes } from './stated-size';

const bytes = databaseBytes('CREATE TABLE t(a);\n', "INSERT INTO t VALUES ('x');\n");

describe('statedDatabaseBytes', () => {
  it.each([0, 1, 9])('is the size of the database when it was compressed at level %i', (level) => {
    const packed = deflateSync(bytes, { level });
    expect(statedDatabaseBytes(packed, packed.length)).toBe(bytes.length);
  });
  it('is unknown when the database says more than the compressed bytes can become', () => {
    const boastful = Buffer.from(bytes);
    boastful.writeUInt32BE(1_000_000, 28);
    const packed = deflateSync(boastful);
    expect(statedDatabaseBytes(packed, packed.length)).toBeUndefined();
  });
  it.each([
    ['no database', deflateSync(Buffer.alloc(5000, 'text'))],
    ['no zlib stream', Buffer.alloc(5000, 1)],
    ['nothing', Buffer.alloc(0)],
  ])('is unknown when it is %s', (_name, packed) => {
    expect(statedDatabaseBytes(packed, packed.length)).toBeUndefined();
  });
});
