import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { AppConfig } from '../../config';
import { requireFresh } from '../../platform/access.guard';
import { TokenVerifier } from '../../platform/token-verifier';
import { AdminError } from '../admin-error';

/**
 * Who of staff gives the command, by an access token of the operator's identity provider: whoever has a shell on this machine has
 * not thereby the sign-ins of two persons.
 *
 * @param tokenFile - `-` for standard input
 * @returns issuer and subject, with a space between; neither has one
 * @throws AdminError `no-such-file`, `forbidden`; ProblemError `unauthenticated`, `token-expired`, `fresh-login-required`,
 *   `service-unavailable`
 */
export async function requireStaff(config: AppConfig, tokenFile: string): Promise<string> {
  const verifier = new TokenVerifier(config);
  const facts = await verifier.verify(`Bearer ${(await readToken(tokenFile)).trim()}`);
  if (!facts.isStaff) throw new AdminError('forbidden', 'This sign-in is not one of staff. Nothing was changed.');
  requireFresh(facts);
  return `${facts.issuer} ${facts.subject}`;
}

async function readToken(file: string): Promise<string> {
  if (file === '-') return text(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new AdminError('no-such-file', `The token's file ${file} cannot be read.`, { cause });
  }
}
