import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forbiddenCases } from './forbidden';
import { copyWorkspace, type WorkspaceCopy } from './workspace-copy';

describe('the boundary rules', () => {
  let copy: WorkspaceCopy | undefined;
  let printed = '';

  beforeAll(() => {
    const workspace = copyWorkspace();
    copy = workspace;
    for (const { file, text } of forbiddenCases) workspace.write(file, text);
    printed = workspace.lint(forbiddenCases.map(({ file }) => file));
  }, 600_000);
  afterAll(() => copy?.remove());

  it('are not skipped', () => {
    expect(printed).not.toContain('The boundary rule did not look at anything.');
    expect(printed).toMatch(/✖ \d+ problems/);
  });

  it('give every case a file of its own', () => {
    expect(new Set(forbiddenCases.map(({ file }) => file)).size).toBe(forbiddenCases.length);
  });

  it.each(forbiddenCases)('bite when there is $rule', ({ file, caughtBy }) => {
    expect(problemsOf(printed, file)).toContain(caughtBy);
  });
});

/** The lines that eslint printed under one file's name; a message may span several. */
function problemsOf(printed: string, file: string): string {
  const lines = printed.split('\n');
  const start = lines.findIndex((line) => line.trim().endsWith(file));
  if (start < 0) return '';
  const end = lines.findIndex((line, index) => index > start && /^\S*\/\S+\.tsx?$/.test(line.trim()));
  return lines.slice(start, end < 0 ? undefined : end).join('\n');
}
