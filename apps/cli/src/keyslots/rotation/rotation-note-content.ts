import { z } from 'zod';

/** What the file of a rotation note holds: ids in hexadecimal digits, the next key as its 64 digits. */
export const rotationNoteContent = z.strictObject({
  v: z.literal(1),
  subject: z.string(),
  formerKeyId: z.string(),
  nextKey: z.string(),
});
