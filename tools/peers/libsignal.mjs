// Validates a Signal backup (version 2), or counts what is in its records, as @signalapp/libsignal-client (AGPL-3.0-only) does.
//
//   node libsignal.mjs validate FILE RECOVERY-KEY ACI [TOKEN-HEX]
//   node libsignal.mjs count RECORDS
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Aci, io } from '@signalapp/libsignal-client';
import { BackupForwardSecrecyToken } from '@signalapp/libsignal-client/dist/AccountKeys.js';
import * as MessageBackup from '@signalapp/libsignal-client/dist/MessageBackup.js';

const [what, path, recoveryKey, aci, tokenHex] = process.argv.slice(2);

class FileStream extends io.InputStream {
  constructor() {
    super();
    this.file = openSync(path, 'r');
  }

  async read(amount) {
    const bytes = new Uint8Array(amount);
    return bytes.subarray(0, readSync(this.file, bytes, 0, amount, null));
  }

  async skip(amount) {
    await this.read(amount);
  }
}

const length = () => {
  const file = openSync(path, 'r');
  const { size } = fstatSync(file);
  closeSync(file);
  return BigInt(size);
};

const run = { validate, count };
process.stdout.write(`${JSON.stringify(await run[what]())}\n`);

async function validate() {
  const token =
    tokenHex === undefined ? {} : { forwardSecrecyToken: new BackupForwardSecrecyToken(Buffer.from(tokenHex, 'hex')) };
  const key = new MessageBackup.MessageBackupKey({
    accountEntropy: recoveryKey,
    aci: Aci.parseFromServiceIdString(aci),
    ...token,
  });
  const { ok, errorMessage, unknownFieldMessages } = await MessageBackup.validate(
    key,
    MessageBackup.Purpose.RemoteBackup,
    () => new FileStream(),
    length(),
  );
  return { ok, errorMessage, unknownFields: unknownFieldMessages.length };
}

async function count() {
  const backup = await MessageBackup.ComparableBackup.fromUnencrypted(
    MessageBackup.Purpose.RemoteBackup,
    new FileStream(),
    length(),
  );
  const { chats, recipients } = JSON.parse(backup.comparableString());
  const messages = chats.reduce((sum, { items }) => sum + items.length, 0);
  return { chats: chats.length, messages, recipients: Object.keys(recipients).length };
}
