import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root });
const cellsOf = (row: string): number => row.match(/(?<!\\)\|/g)?.length ?? 0;

describe('tables of the documents', () => {
  // A paragraph that follows a table without an empty line becomes its last rows.
  it('have as many cells in each row as in their head', () => {
    expect(pages.length).toBeGreaterThan(20);
    for (const page of pages) {
      let head: string | undefined;
      for (const line of readFileSync(join(root, page), 'utf8').split('\n')) {
        head = line.startsWith('|') ? (head ?? line) : undefined;
        if (head !== undefined)
          expect([page, line.slice(0, 80), cellsOf(line)]).toEqual([page, line.slice(0, 80), cellsOf(head)]);
      }
    }
  });
});
