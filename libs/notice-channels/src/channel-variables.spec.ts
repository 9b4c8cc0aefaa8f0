import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as channels from './index';
import { channelChoice, channelVariables, checkChannelVariables } from './index';

const schema = z.object(channelVariables).superRefine(checkChannelVariables);
const choose = (environment: Readonly<Record<string, string>>) => channelChoice(schema.parse(environment));
const problems = (environment: Readonly<Record<string, string>>): string[] =>
  schema.safeParse(environment).error?.issues.map(({ path }) => String(path[0])) ?? [];

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(channels).sort()).toEqual([
      'NoticeChannelError',
      'channelChoice',
      'channelVariables',
      'checkChannelVariables',
      'generatePushKey',
      'isOfPushService',
      'isPushPoint',
      'openChannels',
      'openSmtpMailer',
      'openWebPusher',
      'pushPublicKey',
    ]);
  });
});

describe('channelChoice', () => {
  const from = { COFFER_MAIL_FROM: 'coffer@example.net' };

  it('has no channel unless it is configured', () => {
    expect(choose({})).toEqual({ email: undefined, push: undefined });
  });

  it.each([
    ['smtp://mail.example.net', { host: 'mail.example.net', port: 587, tls: 'starttls' }],
    ['smtp://mail.example.net:25', { host: 'mail.example.net', port: 25, tls: 'starttls' }],
    ['smtps://mail.example.net', { host: 'mail.example.net', port: 465, tls: 'implicit' }],
    ['smtp://[::1]:2525', { host: '::1', port: 2525, tls: 'starttls' }],
  ])('reads %s', (url, email) => {
    expect(choose({ ...from, COFFER_SMTP_URL: url }).email).toMatchObject({ ...email, from: 'coffer@example.net' });
  });

  it('knows the push services of the usual browsers, or those that are named', () => {
    const contact = { COFFER_PUSH_CONTACT: 'mailto:operator@example.net' };
    expect(choose(contact).push?.services).toContain('https://updates.push.services.mozilla.com');
    const services = 'https://push.example.net  http://127.0.0.1:8080';
    expect(choose({ ...contact, COFFER_PUSH_SERVICES: services }).push?.services).toEqual(services.split('  '));
  });
});

describe('checkChannelVariables', () => {
  const from = { COFFER_MAIL_FROM: 'coffer@example.net' };

  it.each([
    [{ COFFER_SMTP_URL: 'smtp://mail.example.net' }, ['COFFER_MAIL_FROM']],
    [{ ...from, COFFER_SMTP_URL: 'smtp://user:word@mail.example.net' }, ['COFFER_SMTP_URL']],
    [{ ...from, COFFER_SMTP_URL: 'https://mail.example.net' }, ['COFFER_SMTP_URL']],
    [{ ...from, COFFER_SMTP_URL: 'smtp://mail.example.net', COFFER_SMTP_TLS: 'none' }, ['COFFER_SMTP_TLS']],
    [{ ...from, COFFER_SMTP_URL: 'smtp://localhost', COFFER_SMTP_TLS: 'none' }, []],
    [{ ...from, COFFER_SMTP_URL: 'smtp://localhost', COFFER_SMTP_USER: 'x' }, ['COFFER_SMTP_USER']],
    [{ COFFER_MAIL_FROM: 'Coffer <coffer@example.net>' }, ['COFFER_MAIL_FROM']],
    [{ COFFER_PUSH_CONTACT: 'operator@example.net' }, ['COFFER_PUSH_CONTACT']],
    [{ COFFER_PUSH_SERVICES: 'push.example.net' }, ['COFFER_PUSH_SERVICES']],
  ])('finds what is wrong with %j', (environment, names) => {
    expect(problems(environment)).toEqual(names);
  });
});
