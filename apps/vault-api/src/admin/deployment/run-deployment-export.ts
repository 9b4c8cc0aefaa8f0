import { writeFile } from 'node:fs/promises';
import { sha256 } from '@coffer/crypto';
import { toHex, utf8 } from '@coffer/foundation';
import { deploymentOf, deploymentText } from '../../deployment';
import type { AdminContext } from '../admin-context';
import { AdminError } from '../admin-error';
import { requireVaultState, withDatabase } from '../with-database';

/**
 * Writes deployment.json out of the database's public halves; no key is needed. Its SHA-256 is said besides, for people who
 * hand the file out by a URL.
 *
 * @param output - a file that does not exist yet; standard output unless told
 * @throws AdminError `no-vault`, `target-exists`
 */
export async function runDeploymentExport(context: AdminContext, output: string | undefined): Promise<void> {
  const config = context.config();
  const state = await withDatabase(config, requireVaultState);
  const text = deploymentText(deploymentOf(config, state));
  const sha256Hex = toHex(sha256(utf8(text)));
  if (output === undefined) {
    context.reporter.event(
      'deployment',
      { deployment: JSON.parse(text) as unknown, sha256: sha256Hex },
      text.trimEnd(),
    );
    context.reporter.note(`SHA-256: ${sha256Hex}`);
    return;
  }
  try {
    await writeFile(output, text, { flag: 'wx', flush: true, mode: 0o644 });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    throw new AdminError('target-exists', `"${output}" exists and was left as it is.`, { cause });
  }
  context.reporter.event(
    'deployment',
    { file: output, sha256: sha256Hex },
    `Written to ${output}. SHA-256: ${sha256Hex}`,
  );
}
