import { isEmailAddress } from '@coffer/notices';
import { z } from 'zod';

/** How a deployment sends e-mail. */
export interface EmailChoice {
  readonly host: string;
  readonly port: number;
  /** `implicit`: TLS from the first byte; `starttls`: required before anything else is said; `none`: to a relay on this machine. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  /** PEM file of the authorities that the server's certificate is checked with, in place of the usual ones. */
  readonly caFile: string | undefined;
  readonly user: string | undefined;
  readonly passwordFile: string | undefined;
  /** Address that messages come from. */
  readonly from: string;
}

/** How a deployment sends push messages. */
export interface PushChoice {
  /** `mailto:` or `https:`: whom a push service can ask about this deployment (RFC 8292). */
  readonly contact: string;
  /** Origins of push services that subscriptions may name; a host may begin with `*.`. */
  readonly services: readonly string[];
}

/** The ways by which a deployment tells, beside the in-app feed; undefined: it has none of that kind. */
export interface ChannelChoice {
  readonly email: EmailChoice | undefined;
  readonly push: PushChoice | undefined;
}

/** Those of Chrome and its relatives, Firefox, Safari and Edge. */
const usualServices = [
  'https://fcm.googleapis.com',
  'https://updates.push.services.mozilla.com',
  'https://*.push.apple.com',
  'https://*.notify.windows.com',
];

const originPattern = /^https?:\/\/(?:\*\.)?[a-z0-9.-]+(?::\d{1,5})?$/;

/** The variables that choose channels, for the `config.ts` of every program that tells or takes settings (docs/configuration.md). */
export const channelVariables = {
  COFFER_SMTP_URL: z
    .string()
    .regex(
      /^smtps?:\/\/[A-Za-z0-9.[\]:-]+$/,
      'smtp://host:port or smtps://host:port expected, without user and password',
    )
    .optional(),
  COFFER_SMTP_TLS: z.enum(['required', 'none']).default('required'),
  COFFER_SMTP_CA_FILE: z.string().min(1).optional(),
  COFFER_SMTP_USER: z.string().min(1).optional(),
  COFFER_SMTP_PASSWORD_FILE: z.string().min(1).optional(),
  COFFER_MAIL_FROM: z.string().refine(isEmailAddress, 'an e-mail address expected').optional(),
  COFFER_PUSH_CONTACT: z
    .string()
    .regex(/^(?:mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/, 'mailto: or https: expected')
    .optional(),
  COFFER_PUSH_SERVICES: z
    .string()
    .transform((text) => text.split(/\s+/).filter((part) => part !== ''))
    .pipe(z.array(z.string().regex(originPattern, 'origins expected, separated by blanks')).min(1))
    .optional(),
};

type ChannelValues = z.infer<z.ZodObject<typeof channelVariables>>;

/** Says which of the variables that belong together are missing; for `superRefine` of the object that has them. */
export function checkChannelVariables(
  values: ChannelValues,
  context: { addIssue(issue: { readonly code: 'custom'; readonly path: string[]; readonly message: string }): void },
): void {
  const need = (name: string, message: string): void => context.addIssue({ code: 'custom', path: [name], message });
  const { COFFER_SMTP_URL: url, COFFER_SMTP_USER: user, COFFER_SMTP_PASSWORD_FILE: password } = values;
  if ((user === undefined) !== (password === undefined)) {
    need('COFFER_SMTP_USER', 'this and COFFER_SMTP_PASSWORD_FILE expected, or neither');
  }
  if (url === undefined) return;
  if (values.COFFER_MAIL_FROM === undefined) need('COFFER_MAIL_FROM', 'the address that messages come from expected');
  if (!URL.canParse(url)) need('COFFER_SMTP_URL', 'smtp://host:port expected');
  else if (values.COFFER_SMTP_TLS === 'none' && !isThisMachine(new URL(url).hostname)) {
    need('COFFER_SMTP_TLS', 'without TLS only a relay on this machine (localhost) is spoken to');
  }
}

/** The choice that the variables say. Files are read when the channels are opened. */
export function channelChoice(values: ChannelValues): ChannelChoice {
  const { COFFER_SMTP_URL: url, COFFER_MAIL_FROM: from, COFFER_PUSH_CONTACT: contact } = values;
  return {
    email: url === undefined || from === undefined ? undefined : emailChoice(values, new URL(url), from),
    push: contact === undefined ? undefined : { contact, services: values.COFFER_PUSH_SERVICES ?? usualServices },
  };
}

function emailChoice(values: ChannelValues, { protocol, hostname, port }: URL, from: string): EmailChoice {
  const isImplicit = protocol === 'smtps:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isImplicit ? 465 : 587) : Number(port),
    tls: isImplicit ? 'implicit' : values.COFFER_SMTP_TLS === 'none' ? 'none' : 'starttls',
    caFile: values.COFFER_SMTP_CA_FILE,
    user: values.COFFER_SMTP_USER,
    passwordFile: values.COFFER_SMTP_PASSWORD_FILE,
    from,
  };
}

function isThisMachine(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
