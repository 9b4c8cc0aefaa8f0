import type { Disclosure } from '@coffer/contracts';

const nothing = 'Nothing that opens a backup.';
const wrapOnly = 'A wrap of the key that the person\u2019s own authenticator alone opens.';

/**
 * What can be handed over or taken, and by whom, per kind of keyslot (docs/protocol.md, "What is promised"). An account with
 * several keyslots is as open as the most open of them. docs/what-can-be-handed-over.md is made from this.
 *
 * @param sealing - where the keys are that seal the vault's records
 */
export function disclosures(sealing: 'key-file' | 'pkcs11'): readonly Disclosure[] {
  const canCopySealing = sealing === 'key-file';
  return [
    {
      party: 'Staff, by the dashboard and the operations routes',
      always: 'Pseudonymous account ids, counts, states and times. No content, no names, no key.',
      ...{ digits: nothing, password: nothing, passkey: nothing },
    },
    {
      party: 'A court or agency that orders the operator to hand over what it has',
      always:
        'Issuer and subject of the account, the addresses and browsers that get its notices, sealed objects with their sizes and times, the account\u2019s ledger, and every plaintext copy that is not purged yet.',
      digits: nothing,
      password:
        'Besides, what is needed to try passwords off-line without count, each at the cost of one Argon2id: the sealed record opens with the operator\u2019s own keys. A password that resists such guessing keeps the backup closed.',
      passkey: wrapOnly,
    },
    {
      party: 'A thief of the database or of a dump of it',
      always:
        'Account names, the ledger, the feed of notices, names and sizes of found plaintext copies. Records, login states, and addresses that get notices are sealed; those of a sealing key that was destroyed since open for nobody.',
      digits: nothing,
      password: canCopySealing
        ? `${nothing} Whoever also copies the key files, which lie on the vault\u2019s host, is in the operator\u2019s place.`
        : `${nothing} The keys that seal the records do not leave the HSM; whoever can use it is in the operator\u2019s place.`,
      passkey: wrapOnly,
    },
    {
      party: 'A thief of the object store, and the store itself',
      always: 'Sealed objects, their sizes in steps, when they came and which ranges are read.',
      ...{ digits: nothing, password: nothing, passkey: wrapOnly },
    },
    {
      party: 'Who carries e-mail and push messages',
      always:
        'What an e-mail says and when; of a push message only its size and time, for it is encrypted for the browser.',
      ...{ digits: nothing, password: nothing, passkey: nothing },
    },
    {
      party: 'A thief of an access token',
      always:
        'Ciphertext, the list of keyslots, the account\u2019s ledger and feed, the addresses that get its notices, names and sizes of found plaintext copies, not their content. Deletes and replaces nothing by itself: a new start and a deletion need a sign-in just made, wait for days, are told on every channel, and end with the password or the key.',
      digits: nothing,
      password: 'Ten guesses, counted, delayed and announced; the tenth ends this keyslot.',
      passkey: wrapOnly,
    },
    {
      party: 'Whoever changes what the portal\u2019s server sends',
      always: 'Whatever is typed or opened in that page from then on. The command line is not concerned.',
      digits: 'The key, if it is typed in.',
      password: 'The password and so the key, if it is typed in.',
      passkey: 'The key, if it is unlocked there.',
    },
    {
      party: 'Whoever can use the person\u2019s passkey, also by the account that keeps it in step between devices',
      always: 'Nothing by that alone.',
      ...{ digits: nothing, password: nothing },
      passkey:
        'The key, with the wrap besides: that takes a sign-in to this account, the object store or the database. No guess is counted, and nobody is told.',
    },
    {
      party: 'A thief of a device that holds the key, unlocked',
      always: 'Everything. `coffer lock` removes the key from a device; changing the key closes what comes after.',
      ...{ digits: 'Everything.', password: 'Everything.', passkey: 'Everything.' },
    },
  ];
}

/** The page docs/what-can-be-handed-over.md. */
export function renderDisclosures(): string {
  const sections = [
    ['Sealing keys in files (the embedded default)', 'key-file'],
    ['Sealing keys in an HSM', 'pkcs11'],
  ] as const;
  return (
    [
      '# What can be handed over',
      'Made from the table that `GET /v1/claims` answers with (`apps/vault-api/src/claims/disclosures.ts`); a test keeps the two alike. An account with several keyslots is as open as the most open of them.',
      ...sections.flatMap(([title, sealing]) => [`## ${title}`, ...disclosures(sealing).map(renderOne)]),
    ].join('\n\n') + '\n'
  );
}

function renderOne({ party, always, digits, password, passkey }: Disclosure): string {
  return [
    `### ${party}`,
    '',
    `- Always: ${always}`,
    `- 64-digit key: ${digits}`,
    `- Password: ${password}`,
    `- Passkey: ${passkey}`,
  ].join('\n');
}
