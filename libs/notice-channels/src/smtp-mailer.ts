import type { Senders, SendOutcome } from '@coffer/notices';
import { createTransport } from 'nodemailer';
import type { EmailChoice } from './channel-variables';

/** What the files hold that the choice names. */
export interface EmailSecrets {
  readonly password: string | undefined;
  /** PEM. */
  readonly authorities: string | undefined;
}

/** Sends e-mail until it is closed. */
export interface SmtpMailer {
  readonly send: NonNullable<Senders['email']>;
  close(): void;
}

/** Connections to the server at a time. */
const connections = 2;

/**
 * Sends plain text by SMTP (RFC 5321), over TLS unless the server is a relay on this machine.
 *
 * @param timeoutMs - of one message, from the connection to the server's last answer
 */
export function openSmtpMailer(choice: EmailChoice, secrets: EmailSecrets, timeoutMs: number): SmtpMailer {
  const { host, port, tls, user, from } = choice;
  const transport = createTransport({
    ...{ host, port, pool: true, maxConnections: connections },
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: {
      minVersion: 'TLSv1.2',
      ...(secrets.authorities === undefined ? {} : { ca: secrets.authorities }),
    },
    ...(user === undefined ? {} : { auth: { user, pass: secrets.password ?? '' } }),
    ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return {
    send: async ({ address }, { subject, text }, id) => {
      try {
        const sending = transport.sendMail({
          from: { name: 'Coffer', address: from },
          to: { name: '', address },
          ...{ subject, text },
          messageId: `<${id}@${domain}>`,
          // RFC 3834: nothing answers this by itself.
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
        return await within(sending, timeoutMs);
      } catch (error) {
        return outcomeOf(error);
      }
    },
    close: () => transport.close(),
  };
}

/** The timeouts of the connection begin anew with each answer of the server: a slow one may not outlive the lease. */
async function within(sending: Promise<unknown>, timeoutMs: number): Promise<SendOutcome> {
  const late = Promise.withResolvers<SendOutcome>();
  const timer = setTimeout(() => late.resolve({ is: 'later', retryAfterMs: 0, reason: 'timed-out' }), timeoutMs);
  const sent = sending.then((): SendOutcome => ({ is: 'sent' }));
  try {
    return await Promise.race([sent, late.promise]);
  } finally {
    clearTimeout(timer);
    sent.catch(() => undefined);
  }
}

/**
 * A 5xx answer to the recipient or to the message is final (RFC 5321, 4.2.1). Everything else may be better later: a server that is
 * away, one that does not let this deployment in (its operator sees that in the log), a certificate that does not hold.
 */
function outcomeOf(error: unknown): SendOutcome {
  const { code, responseCode } = error as { readonly code?: unknown; readonly responseCode?: unknown };
  const isAboutMessage = code === 'EENVELOPE' || code === 'EMESSAGE';
  if (isAboutMessage && typeof responseCode === 'number' && responseCode >= 500) return { is: 'refused' };
  const reason = typeof code === 'string' && /^[A-Z]{2,32}$/.test(code) ? code : 'unknown';
  return { is: 'later', retryAfterMs: 0, reason };
}
