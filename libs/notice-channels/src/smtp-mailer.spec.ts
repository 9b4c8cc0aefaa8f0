import { systemClock } from '@coffer/foundation';
import { answerOf, makeCertificate, startSmtpSink, type SmtpSink } from '@coffer/test-kit/node';
import { afterEach, describe, expect, it } from 'vitest';
import { openSmtpMailer, type EmailChoice, type SmtpMailer } from './index';

const { key, cert } = makeCertificate(systemClock.nowMs());
const message = { subject: 'Coffer: a title', text: 'One line.\n.\nA line with ü and a dot above.\n' };
const target = { kind: 'email', address: 'person@example.org' } as const;
const id = '0198c5d1-7f3a-7c41-9e0b-4a1d52f0b6c3.0198c5d1-7f3a-7c41-9e0b-4a1d52f0b6c4';

describe('openSmtpMailer', () => {
  let sink: SmtpSink | undefined;
  let mailer: SmtpMailer | undefined;
  afterEach(async () => {
    mailer?.close();
    await sink?.close();
  });

  const open = (
    { port }: { readonly port: number },
    choice: Partial<EmailChoice> = {},
    secrets: { password?: string; authorities?: string } = {},
    timeoutMs = 10_000,
  ): SmtpMailer => {
    const usual = { host: 'localhost', port, tls: 'none', from: 'coffer@example.net' } as const;
    const none = { caFile: undefined, user: undefined, passwordFile: undefined };
    mailer = openSmtpMailer(
      { ...usual, ...none, ...choice },
      { password: secrets.password, authorities: secrets.authorities },
      timeoutMs,
    );
    return mailer;
  };

  it('sends plain text, which nothing answers by itself, under an id that stays', async () => {
    sink = await startSmtpSink({ disabledCommands: ['STARTTLS'] });
    const { send } = open(sink);
    expect(await send(target, message, id)).toEqual({ is: 'sent' });
    expect(await send(target, message, id)).toEqual({ is: 'sent' });
    const [mail] = sink.mails;
    expect(mail).toMatchObject({ from: 'coffer@example.net', to: ['person@example.org'], isSecure: false });
    expect(mail!.raw).toMatch(/^Subject: Coffer: a title\r$/m);
    expect(mail!.raw).toMatch(/^From: "?Coffer"? <coffer@example\.net>\r$/m);
    expect(mail!.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(mail!.raw).toMatch(/^Content-Type: text\/plain/m);
    expect(mail!.raw).not.toMatch(/text\/html|multipart/);
    const ids = sink.mails.map(({ raw }) => /^Message-ID:\s*(\S+)\r$/m.exec(raw)?.[1]);
    expect(ids).toEqual([`<${id}@example.net>`, `<${id}@example.net>`]);
  });

  it('speaks TLS before anything else, with a password', async () => {
    sink = await startSmtpSink({ key, cert, authOptional: false });
    const { send } = open(sink, { tls: 'starttls', user: 'somebody' }, { password: 'right', authorities: cert });
    expect(await send(target, message, id)).toEqual({ is: 'sent' });
    expect(sink.mails).toMatchObject([{ isSecure: true, user: 'somebody' }]);
  });

  it('speaks TLS from the first byte where the address says smtps', async () => {
    sink = await startSmtpSink({ key, cert, secure: true });
    expect(await open(sink, { tls: 'implicit' }, { authorities: cert }).send(target, message, id)).toEqual({
      is: 'sent',
    });
    expect(sink.mails).toMatchObject([{ isSecure: true }]);
  });

  it('sends nothing where the server offers no TLS, or its certificate does not hold', async () => {
    sink = await startSmtpSink({ disabledCommands: ['STARTTLS'] });
    expect(await open(sink, { tls: 'starttls' }).send(target, message, id)).toMatchObject({ is: 'later' });
    expect(sink.mails).toEqual([]);
    await sink.close();
    sink = await startSmtpSink({ key, cert });
    expect(await open(sink, { tls: 'starttls' }).send(target, message, id)).toMatchObject({ is: 'later' });
    const stranger = makeCertificate(systemClock.nowMs()).cert;
    const strange = open(sink, { tls: 'starttls' }, { authorities: stranger });
    expect(await strange.send(target, message, id)).toMatchObject({ is: 'later' });
    expect(sink.mails).toEqual([]);
  });

  it('waits with a wrong password, which is no fault of the address', async () => {
    sink = await startSmtpSink({ key, cert, authOptional: false });
    const { send } = open(sink, { tls: 'starttls', user: 'somebody' }, { password: 'wrong', authorities: cert });
    expect(await send(target, message, id)).toMatchObject({ is: 'later', reason: 'EAUTH' });
  });

  it.each([
    ['the message for good', 554, 'refused'],
    ['the message for now', 451, 'later'],
  ])('tells a server that refuses %s (%d)', async (_what, code, is) => {
    sink = await startSmtpSink({ disabledCommands: ['STARTTLS'] });
    sink.onMail = () => {
      throw answerOf(code);
    };
    expect(await open(sink).send(target, message, id)).toMatchObject({ is });
  });

  it.each([
    ['the address for good', 550, 'refused'],
    ['the address for now', 450, 'later'],
  ])('tells a server that refuses %s (%d)', async (_what, code, is) => {
    const onRcptTo = (_address: unknown, _session: unknown, done: (error: Error) => void): void => done(answerOf(code));
    sink = await startSmtpSink({ disabledCommands: ['STARTTLS'], onRcptTo });
    expect(await open(sink).send(target, message, id)).toMatchObject({ is });
  });

  it('gives up in time on a server that is slow, and on one that is not there', async () => {
    sink = await startSmtpSink({ disabledCommands: ['STARTTLS'] });
    const held = Promise.withResolvers<undefined>();
    sink.onMail = () => held.promise;
    expect(await open(sink, {}, {}, 300).send(target, message, id)).toMatchObject({ is: 'later' });
    held.resolve(undefined);
    mailer?.close();
    await sink.close();
    expect(await open(sink).send(target, message, id)).toMatchObject({ is: 'later' });
  });
});
