import { sha256 } from '@coffer/crypto';
import { toHex } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import {
  encodeHead,
  encodeLedgerEvent,
  encodeVaultBody,
  hashAccount,
  hashPath,
  ledgerEntry,
  RepositoryPurpose,
  signRepositoryStatement,
  signVaultStatement,
  VaultPurpose,
} from './index';
import {
  account,
  head,
  keyId,
  nowMs,
  ownerSecret,
  repositoryBodies,
  repositoryId,
  vaultBodies,
  vaultId,
} from '../test/samples';

const short = (bytes: Uint8Array): string => toHex(sha256(bytes)).slice(0, 16);

// Whatever was signed once must verify for ever: where one of these changes, docs/wire.md changes its version with it.
describe('bytes of version 1', () => {
  it('are those of every vault statement', () => {
    const fields = { vaultId, account, generation: 1, serial: 2, previousSerial: 1, challenge: seed('challenge') };
    const signed = Object.values(VaultPurpose).map((purpose) => {
      const act = signVaultStatement(ownerSecret, { ...fields, expiresAtMs: nowMs, purpose }, vaultBodies[purpose]);
      return [purpose, short(encodeVaultBody(purpose, vaultBodies[purpose])), short(act.signature)].join(' ');
    });
    expect(signed).toMatchInlineSnapshot(`
      [
        "activate-digits aafef0a4533c3b7c f4097dc6fb591360",
        "activate-passkey 4343db6177eba10c b8386f88427c3230",
        "register-password 13779d21e15cbf82 783c5763c1cf1966",
        "password-record c12ecd4676c1a8af ca49ae846ce3efed",
        "password-confirm 5a9fc1f99836af3b 53e17be443c3de8d",
        "remove-keyslot d03a41fa14b43417 3999fd759d84b3d7",
        "guess-veto 28c942944d70562d cd41ab32b1637350",
        "cancel-new-start 10147f1402f08f49 9eec924134310d13",
        "undo-new-start 10147f1402f08f49 923698d0d0ce2999",
        "cancel-deletion 70e88658b222bdb2 f53fbffcf2b1f3a2",
        "delete-account 70e88658b222bdb2 dcb845f1205cafcc",
        "rotation-record 1eefa8c5c87af723 0d6fe2e62c71ecb7",
        "rotate 8d5b21716f3eb666 c0e4981a01004d9f",
        "key-check 6b01a0b7c6471b3d f75a61d12fe933f8",
        "create-repository 7e3a31dabf23d4eb a5fb97811cd60c2c",
        "remove-repository 949019381eea9980 0dd6b24b0fa43efe",
        "create-grant 9eb4192f4f5e0cf7 e693ba87e453b1d9",
        "delete-objects a41a3df1fafa2ecf cdb91878ed0be21e",
        "proof 43ba25dea355253b 64028127a4d89f65",
        "release-pin b2675cc0c1af8fcc f65cf3844a36feed",
        "start-purge 47978933650d4c87 ed08c8983523bdfe",
        "resume-purge 7b7844793e41f740 ceafacfce2e57f3b",
        "read-plaintext 988457ae2992c433 51f5e286a57ae64c",
        "release-plaintext 857c39211d19099f 19281bf77ba9c306",
        "quarantine-plaintext 81a71e474691894c 2c69cc3260ce1f77",
      ]
    `);
  });

  it('are those of every repository statement', () => {
    const signed = Object.values(RepositoryPurpose).map((purpose) => {
      const act = signRepositoryStatement(ownerSecret, { purpose, repositoryId, keyId }, repositoryBodies[purpose]);
      return [purpose, short(act.statement), short(act.body), short(act.signature)].join(' ');
    });
    expect(signed).toMatchInlineSnapshot(`
      [
        "head 19569553ae25f4e3 df7f90b377b28117 4658d06835c4edc3",
        "snapshot a324510ee23de9b1 d0ac29e4bedee1f7 8f10d11ab5d53d42",
        "prune-list 256e6927a08c465c c38f5eaf8d83caa8 78502c6d15c7eb20",
        "rotation 7f18bc4d6af9c0c2 db130d8a341a2ce4 f5a9bbaebcd5d76f",
      ]
    `);
  });

  it('are those of a head', () => {
    expect(toHex(encodeHead(head))).toMatchInlineSnapshot(
      `"aa6176016565706f636803656b6579496448ae8d336a555cc35e6870726576696f757358207ceb6b032b319159b545f700f128aa6743d242c69e9d1a414c2d6c5734d688826a67656e65726174696f6e076a736e617073686f744964666131623263336c7265706f7369746f72794964509377fb6cb52e63a50b5afa2d0e92de966e6b657972696e6756657273696f6e026e736e617073686f745368613235365820f56f1b33b46b73d51f39795ba85e7201dc8b7449d0b377f54b1def0314bcb6566f7072756e6547656e65726174696f6e04"`,
    );
  });

  it('are those of an event, its entry and the hashes of a certificate', () => {
    const event = encodeLedgerEvent({
      v: 1,
      account,
      number: 2,
      kind: 'guess',
      atMs: nowMs,
      remaining: 9,
      attempt: 1,
      nextAtMs: null,
      serial: 7,
      details: { loginId: account },
      previousHash: seed('previous event'),
    });
    const hashes = [
      event,
      ledgerEntry(seed('salt'), event),
      hashAccount(vaultId, account),
      hashPath(seed('s', 16), 'a/ü'),
    ];
    expect(hashes.map(short)).toMatchInlineSnapshot(`
      [
        "5f0744340ab6cb50",
        "4fe27a53961ba19b",
        "39306bb3ea99d02b",
        "7c925734f2f9128e",
      ]
    `);
  });
});
