import { equalBytes, utf8 } from '@coffer/foundation';

/** Name of the claim that carries roles (RFC 9068, section 2.2.3.1), in access and ID tokens. */
export const rolesClaim = 'roles';

/** The role that opens the operations dashboard and vault-api's ops routes. */
export const staffRole = 'coffer-staff';

/** A sample account. Its password is no secret: the sign-in page shows it. */
export interface SampleAccount {
  /** `sub` of its tokens: the name itself, so that a folder per account can be found by it. */
  readonly subject: string;
  readonly username: string;
  readonly name: string;
  readonly password: string;
  readonly roles: readonly string[];
}

/** All accounts of the demo. */
export const sampleAccounts: readonly SampleAccount[] = [
  sample('sam', 'Sam Okafor'),
  sample('robin', 'Robin Lindqvist'),
  sample('alex', 'Alex Moreau'),
  sample('morgan', 'Morgan Tanaka (staff)', [staffRole]),
];

/** The account of a subject. */
export function accountOf(subject: string): SampleAccount | undefined {
  return sampleAccounts.find((account) => account.subject === subject);
}

/** The account that a name and a password open. */
export function authenticate(username: string, password: string): SampleAccount | undefined {
  const account = sampleAccounts.find((candidate) => candidate.username === username.trim().toLowerCase());
  return account !== undefined && equalBytes(utf8(account.password), utf8(password)) ? account : undefined;
}

function sample(username: string, name: string, roles: readonly string[] = []): SampleAccount {
  return { subject: username, username, name, password: `${username}-demo-pass`, roles };
}
