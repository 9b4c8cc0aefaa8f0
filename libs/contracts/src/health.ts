import { z } from 'zod';

/** Answer of `/health/live` and `/health/ready`. */
export const health = z
  .strictObject({
    status: z.enum(['ok', 'unavailable']),
    checks: z.array(
      z.strictObject({ name: z.string(), status: z.enum(['ok', 'unavailable']), detail: z.string().optional() }),
    ),
  })
  .meta({ id: 'Health' });

/** @see health */
export type Health = z.infer<typeof health>;
