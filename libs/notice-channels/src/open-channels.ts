import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Senders } from '@coffer/notices';
import type { ChannelChoice } from './channel-variables';
import { NoticeChannelError } from './errors';
import { openSmtpMailer } from './smtp-mailer';
import { openWebPusher } from './web-pusher';

/** The ways of a deployment to send, open until they are closed. */
export interface OpenChannels {
  readonly senders: Senders;
  close(): void;
}

/**
 * Opens what is configured; connects to nothing yet.
 *
 * @param pushKey - this deployment's private key for push services, 32 bytes
 * @param timeoutMs - of one message
 * @throws NoticeChannelError `channel-misconfigured` where a file that is named cannot be read
 */
export function openChannels(choice: ChannelChoice, pushKey: Uint8Array, timeoutMs: number): OpenChannels {
  const { email, push } = choice;
  const mailer =
    email === undefined
      ? undefined
      : openSmtpMailer(
          email,
          {
            password: read(email.passwordFile, 'COFFER_SMTP_PASSWORD_FILE')?.replace(/\r?\n$/, ''),
            authorities: read(email.caFile, 'COFFER_SMTP_CA_FILE'),
          },
          timeoutMs,
        );
  return {
    senders: {
      email: mailer?.send,
      push: push === undefined ? undefined : openWebPusher(push, pushKey, timeoutMs),
    },
    close: () => mailer?.close(),
  };
}

function read(path: string | undefined, variable: string): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(resolve(path), 'utf8');
  } catch (cause) {
    throw new NoticeChannelError(`The file that ${variable} names cannot be read.`, { cause });
  }
}
