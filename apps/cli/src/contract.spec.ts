import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';

import { ExitCode, exitCodes } from './output/exit-codes';
import { createReporter } from './output/reporter';
import { createProgram } from './program';

const page = readFileSync(join(import.meta.dirname, '../../../docs/cli.md'), 'utf8');
const quoted = (text: string): string[] => Array.from(text.matchAll(/`([^`]+)`/g), ([, inner]) => inner!);

/** The list of exit codes: number and error codes. */
const documented = new Map(
  Array.from(
    page.matchAll(/^- \*\*(\d+)\*\* ((?:.|\n {2})*)/gm),
    ([, exit, text]) => [Number(exit), quoted(text!)] as const,
  ),
);

/** Text below the heading of each command, by the command's words. */
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((text) => {
      const [heading] = quoted(text);
      const words = heading!.split(' ').filter((word) => /^[a-z-]+$/.test(word));
      return [words.join(' '), text.split(/^## /m)[0]!] as const;
    }),
);

const sink = { write: () => true };
const program = createProgram({
  reporter: createReporter({ json: true, stdout: sink, stderr: sink }),
  signal: new AbortController().signal,
});

function leaves(command: Command, path: readonly string[]): { readonly name: string; readonly command: Command }[] {
  const here = [...path, command.name()];
  const below = command.commands.filter((child) => child.name() !== 'help');
  return below.length === 0 ? [{ name: here.join(' '), command }] : below.flatMap((child) => leaves(child, here));
}
const commands = leaves(program, []);

describe('docs/cli.md', () => {
  it('lists every exit code with exactly the error codes that end with it', () => {
    expect([...documented.keys()].sort((left, right) => left - right)).toEqual(
      Object.values(ExitCode).sort((left, right) => left - right),
    );
    for (const [exit, codes] of documented) {
      const inCode = Object.entries(exitCodes).flatMap(([code, number]) => (number === exit ? [code] : []));
      expect(codes.sort(), `exit code ${exit}`).toEqual(inCode.sort());
    }
  });

  it('describes every command and none that there is not', () => {
    expect([...sections.keys()].sort()).toEqual(commands.map(({ name }) => name).sort());
  });

  it.each(commands)('names every option of $name', ({ name, command }) => {
    const named = quoted(sections.get(name) ?? '').flatMap((text) => text.match(/^--[a-z0-9-]+/) ?? []);
    const options = command.options.flatMap(({ long }) => (long == null ? [] : [long]));
    const own = options.filter((long) => !['--json', '--home'].includes(long));
    expect(own.filter((long) => !named.includes(long))).toEqual([]);
  });
});

describe('createProgram', () => {
  it('says usage errors as JSON lines where JSON was asked for', async () => {
    const written: string[] = [];
    const reporter = createReporter({
      json: true,
      stdout: { write: (text: string) => written.push(text) },
      stderr: sink,
    });
    const parsed = createProgram({ reporter, signal: new AbortController().signal });
    await expect(parsed.parseAsync(['purge', 'status', '--unheard-of', '--json'], { from: 'user' })).rejects.toThrow();
    expect(written.map((line) => JSON.parse(line) as unknown)).toEqual([
      { type: 'error', code: 'usage', message: "unknown option '--unheard-of'" },
    ]);
  });

  it.each([
    [['bakup'], /^coffer: unknown command 'bakup'\n\(Did you mean backup\?\)/],
    [['frobnicate', 'x'], /^coffer: unknown command 'frobnicate'/],
    [['purge', 'frob'], /^coffer: unknown command 'frob'/],
  ])('names a command that there is not: %j', async (args, words) => {
    const written: string[] = [];
    const reporter = createReporter({ json: false, stdout: sink, stderr: sink });
    const parsed = createProgram({ reporter, signal: new AbortController().signal });
    parsed.configureOutput({ writeErr: (text) => void written.push(text) });
    for (const command of parsed.commands) command.copyInheritedSettings(parsed);
    await expect(parsed.parseAsync([...args], { from: 'user' })).rejects.toThrow();
    expect(written.join('')).toMatch(words);
  });
});

describe('coffer --help', () => {
  it('ends with first steps, which are commands and options that exist', () => {
    let help = '';
    program.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    const steps = Array.from(help.matchAll(/^ {2}coffer ([a-z]+)(.*)$/gm), ([, name, rest]) => ({ name, rest: rest! }));
    expect(steps.map(({ name }) => name)).toEqual(['init', 'backup', 'restore', 'open', 'login', 'setup']);
    for (const { name, rest } of steps) {
      const known = program.commands.find((command) => command.name() === name)!.options.map(({ long }) => long);
      expect(known).toEqual(expect.arrayContaining(rest.match(/--[a-z-]+/g) ?? []));
    }
  });
});
