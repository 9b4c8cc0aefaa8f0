import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const workspaceRoot = resolve(fileURLToPath(new URL('../../..', import.meta.url)));

/** A copy of the workspace in a temporary folder, in which rules may be broken on purpose. */
export interface WorkspaceCopy {
  write(path: string, text: string): void;
  /** Runs `npm run lint` on the files and returns all that it printed. */
  lint(files: readonly string[]): string;
  remove(): void;
}

/** Copies what git tracks or would track; node_modules is shared by a link. */
export function copyWorkspace(): WorkspaceCopy {
  const root = mkdtempSync(join(tmpdir(), 'coffer-boundaries-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: workspaceRoot,
  });
  for (const path of listed.toString().split('\0').filter(Boolean)) {
    // Deleted, but not yet committed as such.
    if (!existsSync(join(workspaceRoot, path))) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    cpSync(join(workspaceRoot, path), join(root, path), { recursive: true });
  }
  symlinkSync(join(workspaceRoot, 'node_modules'), join(root, 'node_modules'), 'dir');
  return {
    write(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    lint(files) {
      const { stdout, stderr } = spawnSync(process.execPath, ['tools/lint/lint.mjs', ...files], {
        cwd: root,
        env: { ...process.env, NX_WORKSPACE_ROOT_PATH: root, FORCE_COLOR: '0' },
        maxBuffer: 1 << 26,
      });
      return `${stdout.toString()}\n${stderr.toString()}`;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
