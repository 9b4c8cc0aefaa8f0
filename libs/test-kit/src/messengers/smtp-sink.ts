import { text as readText } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** What one message was. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** The message as it came, headers and body. */
  readonly raw: string;
  readonly user: string | undefined;
  readonly isSecure: boolean;
}

/** A real SMTP server on loopback that keeps what it gets. */
export interface SmtpSink {
  readonly port: number;
  readonly mails: TakenMail[];
  /** Called before each answer to a message; throws to refuse it with `responseCode`. */
  onMail: (mail: TakenMail) => Promise<void> | void;
  close(): Promise<void>;
}

/** Starts it on a free port. @param options - of the server; `onAuth` is given for `somebody` with the password `right` */
export async function startSmtpSink(options: SMTPServerOptions = {}): Promise<SmtpSink> {
  const mails: TakenMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    onAuth: ({ username, password }, _session, done) => {
      if (username === 'somebody' && password === 'right') done(null, { user: username });
      else done(new Error('Invalid username or password'));
    },
    onData: (stream, session, done) => {
      void readText(stream).then(async (raw) => {
        const { mailFrom, rcptTo } = session.envelope;
        const mail: TakenMail = {
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          ...{ raw, isSecure: session.secure, user: session.user as string | undefined },
        };
        mails.push(mail);
        try {
          await sink.onMail(mail);
          done();
        } catch (error) {
          done(error as Error);
        }
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();
  const sink: SmtpSink = {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    mails,
    onMail: () => undefined,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
  return sink;
}

/** An answer of the server with a code of its own. */
export function answerOf(responseCode: number): Error {
  return Object.assign(new Error('no'), { responseCode });
}
