import { describe, expect, it } from 'vitest';
import { AdminError, AdminExit, adminExitOf } from './admin-error';
import { createAdminReporter } from './admin-reporter';
import { createAdminProgram } from './program';

function programOf() {
  const reporter = createAdminReporter({ json: true, stdout: { write: () => true }, stderr: { write: () => true } });
  const config = () => {
    throw new Error('help reads no configuration');
  };
  return createAdminProgram({ reporter, signal: new AbortController().signal, config });
}

describe('coffer-admin', () => {
  it('explains every command and takes --json everywhere', () => {
    const leaves = programOf().commands.flatMap((command) =>
      command.commands.length > 0 ? command.commands : [command],
    );
    expect(leaves.length).toBeGreaterThan(0);
    for (const leaf of leaves) {
      expect(leaf.description()).not.toBe('');
      expect(leaf.helpInformation()).toContain('--json');
    }
  });

  it('tells its exit codes apart', () => {
    expect(adminExitOf(new AdminError('no-vault', 'none'))).toBe(AdminExit.refused);
    expect(adminExitOf(new AdminError('unhealthy', 'problems'))).toBe(AdminExit.other);
    expect(adminExitOf(new Error('else'))).toBe(AdminExit.other);
  });
});
