import { z } from 'zod';
import { limits } from './limits';
import { base64UrlOf, count, instantText, uuidText } from './text-forms';

/** Topics of notices: `security` is told at once and always. */
export const noticeTopics = ['security', 'purge', 'reminders'] as const;

/** Topics that an account may silence everywhere but in its feed. */
export const mutableTopics = ['purge', 'reminders'] as const;

/** @see mutableTopics */
export type MutableTopic = (typeof mutableTopics)[number];

/** A time of day on the clocks of a time zone: `22:30`. */
export const timeOfDayText = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'HH:MM expected')
  .meta({ id: 'TimeOfDay', description: 'hours and minutes, 24-hour clock' });

/** When an account wants no e-mail and no push, but about its security. */
export const quietHours = z
  .strictObject({
    from: timeOfDayText,
    /** Earlier than `from` where the quiet spans midnight. */
    to: timeOfDayText,
    /** Name of the IANA time zone database. */
    timeZone: z.string().min(1).max(64),
  })
  .refine(({ from, to }) => from !== to, 'two different times expected')
  .meta({ id: 'QuietHours' });

/** @see quietHours */
export type QuietHours = z.infer<typeof quietHours>;

/** Body of `PUT /v1/notice-settings`. */
export const noticePreferences = z
  .strictObject({
    quietHours: quietHours.nullable(),
    muted: z.array(z.enum(mutableTopics)).max(mutableTopics.length),
  })
  .meta({ id: 'NoticePreferences' });

/** @see noticePreferences */
export type NoticePreferences = z.infer<typeof noticePreferences>;

/** Where an account gets its notices beside the feed. */
export const noticeChannel = z
  .strictObject({
    channelId: uuidText,
    kind: z.enum(['email', 'push']),
    /** The address, or the host of the push service. */
    name: z.string(),
    /** `pending`: a code was sent to the address, and nothing else goes there until it is given back. */
    state: z.enum(['pending', 'active']),
    createdAt: instantText,
    confirmedAt: instantText.nullable(),
    lastSentAt: instantText.nullable(),
    /** Why the last message did not arrive; null where it did. */
    failure: z.enum(['gone', 'refused', 'unreachable']).nullable(),
    failedAt: instantText.nullable(),
  })
  .meta({ id: 'NoticeChannel' });

/** @see noticeChannel */
export type NoticeChannel = z.infer<typeof noticeChannel>;

/** Answer of `GET /v1/notice-settings`. */
export const noticeSettings = z
  .strictObject({
    channels: z.array(noticeChannel),
    quietHours: quietHours.nullable(),
    muted: z.array(z.enum(mutableTopics)),
    /** Whether this deployment sends e-mail. */
    sendsEmail: z.boolean(),
    /** The key that a browser subscribes with (RFC 8292, P-256, 65 bytes); null where this deployment sends no push messages. */
    pushKey: base64UrlOf(65).nullable(),
  })
  .meta({ id: 'NoticeSettings' });

/** @see noticeSettings */
export type NoticeSettings = z.infer<typeof noticeSettings>;

/** Body of `POST /v1/notice-channels`. */
export const newNoticeChannel = z
  .union([
    z.strictObject({ kind: z.literal('email'), address: z.string().min(3).max(254) }),
    z.strictObject({
      kind: z.literal('push'),
      /** As the browser's subscription says. */
      endpoint: z.url({ protocol: /^https?$/ }).max(limits.pushEndpointCharacters),
      p256dh: base64UrlOf(65),
      auth: base64UrlOf(16),
    }),
  ])
  .meta({ id: 'NewNoticeChannel' });

/** @see newNoticeChannel */
export type NewNoticeChannel = z.infer<typeof newNoticeChannel>;

/** Body of `POST /v1/notice-channels/{channelId}/confirm`. */
export const addressConfirmation = z
  .strictObject({ code: z.string().regex(/^\d{8}$/, 'eight digits expected') })
  .meta({ id: 'AddressConfirmation' });

/** Answer of `POST /v1/key-checks`. */
export const keyCheck = z
  .strictObject({
    /** When the account is asked next. */
    nextCheckAt: instantText,
    /** Failed checks in a row. */
    failures: count,
    /** Whether a device that holds the key should offer a new keyslot. */
    shouldOfferKeyslot: z.boolean(),
  })
  .meta({ id: 'KeyCheck' });

/** @see keyCheck */
export type KeyCheck = z.infer<typeof keyCheck>;
