import { z } from 'zod';
import { pendingRecord } from './keyslots';
import { coSignedStatement, rotatedAccount } from './rotation';
import { defineRoutes } from './route';
import { uuidText } from './text-forms';

/** Rotation of the backup key. */
export const rotationRoutes = defineRoutes({
  putRotationRecord: {
    method: 'PUT',
    path: '/v1/registrations/{registrationId}/rotation-record',
    tag: 'registrations',
    summary: 'The record of a password for a new backup key, signed by both owner keys; its KE3 activates nothing.',
    auth: 'owner',
    statement: { purpose: 'rotation-record', carrier: 'body' },
    params: z.strictObject({ registrationId: uuidText }),
    body: { kind: 'json', schema: coSignedStatement },
    status: 200,
    response: { kind: 'json', schema: pendingRecord },
    problems: ['not-found', 'registration-expired', 'already-exists'],
    isIdempotent: false,
  },
  rotate: {
    method: 'POST',
    path: '/v1/rotation',
    tag: 'keyslots',
    summary: 'Puts a new backup key in the place of the current one, with its keyslots and heads, in one transaction.',
    auth: 'owner',
    statement: { purpose: 'rotate', carrier: 'body' },
    body: { kind: 'json', schema: coSignedStatement },
    status: 200,
    response: { kind: 'json', schema: rotatedAccount },
    problems: ['rotation-behind', 'head-behind', 'registration-expired'],
    isIdempotent: false,
  },
});
