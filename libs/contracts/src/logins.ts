import { z } from 'zod';
import { ke1Text, ke2Text, ke3Text, ksf, sealedBackupKeyText } from './keyslots';
import { limits } from './limits';
import { count, instantText, keyIdText, serialNumber, uuidText } from './text-forms';

/** Guesses left. */
export const attemptsRemaining = count.max(limits.guesses);

/** Body of `POST /v1/logins`. The device names its attempt: the same id and KE1 are resumed, not counted twice. */
export const startLogin = z.strictObject({ loginId: uuidText, ke1: ke1Text }).meta({ id: 'StartLogin' });

/** @see startLogin */
export type StartLogin = z.infer<typeof startLogin>;

/** Answer of `POST /v1/logins`: one guess is spent. */
export const login = z
  .strictObject({
    loginId: uuidText,
    ke2: ke2Text,
    serial: serialNumber,
    ksf,
    attemptsRemaining,
    nextAttemptAt: instantText.nullable(),
    expiresAt: instantText,
  })
  .meta({ id: 'Login' });

/** @see login */
export type Login = z.infer<typeof login>;

/** Body of `POST /v1/logins/{loginId}/finish`. */
export const finishLogin = z.strictObject({ ke3: ke3Text }).meta({ id: 'FinishLogin' });

/** @see finishLogin */
export type FinishLogin = z.infer<typeof finishLogin>;

/** Answer to it: the proven success gives the sealed backup key and a full budget. */
export const finishedLogin = z
  .strictObject({
    sealedBackupKey: sealedBackupKeyText,
    serial: serialNumber,
    keyId: keyIdText,
    ksf,
    attemptsRemaining,
  })
  .meta({ id: 'FinishedLogin' });

/** @see finishedLogin */
export type FinishedLogin = z.infer<typeof finishedLogin>;

/** Answer of `GET /v1/budget`; `nextAttemptAt` is after the owner's guess veto, where there is one. */
export const budget = z
  .strictObject({ attemptsRemaining, nextAttemptAt: instantText.nullable() })
  .meta({ id: 'Budget' });

/** @see budget */
export type Budget = z.infer<typeof budget>;
