import { z } from 'zod';
import { bytes32Text, count, cursorText, idText, instantText, keyIdText, uuidText, wordText } from './text-forms';

/** Answer of `GET /v1/account`. Generation 0 means that no owner key is bound yet. */
export const account = z
  .strictObject({
    accountId: uuidText,
    issuer: z.string(),
    subject: z.string(),
    vaultId: idText,
    ownerGeneration: count,
    keyId: keyIdText.nullable(),
    ownerPublicKey: bytes32Text.nullable(),
    createdAt: instantText,
  })
  .meta({ id: 'Account' });

/** @see account */
export type Account = z.infer<typeof account>;

/** Answer of `POST /v1/challenges`: single-use, for one owner statement. */
export const challenge = z.strictObject({ challenge: bytes32Text, expiresAt: instantText }).meta({ id: 'Challenge' });

/** @see challenge */
export type Challenge = z.infer<typeof challenge>;

/** How loudly a notice speaks. */
export const noticeSeverities = ['info', 'warning', 'urgent'] as const;

/** One entry of the in-app feed. */
export const notice = z
  .strictObject({
    noticeId: uuidText,
    at: instantText,
    /** The ledger event kind that it tells of, or another kebab-case word. */
    kind: wordText,
    severity: z.enum(noticeSeverities),
    title: z.string(),
    text: z.string(),
    /** Number of the account's ledger event that it tells of. */
    eventNumber: count.nullable(),
  })
  .meta({ id: 'Notice' });

/** @see notice */
export type Notice = z.infer<typeof notice>;

/** Answer of `GET /v1/notices`, newest first. */
export const noticeList = z
  .strictObject({ notices: z.array(notice), nextCursor: cursorText.nullable() })
  .meta({ id: 'NoticeList' });

/** @see noticeList */
export type NoticeList = z.infer<typeof noticeList>;
