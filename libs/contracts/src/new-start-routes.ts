import { z } from 'zod';
import { newStart, newStartList } from './new-starts';
import { defineRoutes } from './route';
import { signedStatement } from './signed-statement';
import { uuidText } from './text-forms';

const ofNewStart = z.strictObject({ newStartId: uuidText });

/** The new start of an account whose key and password are both lost. */
export const newStartRoutes = defineRoutes({
  listNewStarts: {
    method: 'GET',
    path: '/v1/new-starts',
    tag: 'new-starts',
    summary: 'The new starts of the account, what became of them included.',
    auth: 'token',
    status: 200,
    response: { kind: 'json', schema: newStartList },
    problems: [],
    isIdempotent: true,
  },
  beginNewStart: {
    method: 'POST',
    path: '/v1/new-starts',
    tag: 'new-starts',
    summary: 'Begins the wait of a new start, told on every channel; where one is pending it is given.',
    auth: 'fresh',
    status: 201,
    response: { kind: 'json', schema: newStart },
    problems: ['wrong-owner-generation'],
    isIdempotent: true,
  },
  cancelNewStart: {
    method: 'POST',
    path: '/v1/new-starts/{newStartId}/cancel',
    tag: 'new-starts',
    summary: "The owner's veto: a new start that waits or is open ends.",
    auth: 'owner',
    statement: { purpose: 'cancel-new-start', carrier: 'body' },
    params: ofNewStart,
    body: { kind: 'json', schema: signedStatement },
    status: 200,
    response: { kind: 'json', schema: newStart },
    problems: ['not-found'],
    isIdempotent: false,
  },
  undoNewStart: {
    method: 'POST',
    path: '/v1/new-starts/{newStartId}/undo',
    tag: 'new-starts',
    summary: 'Signed by the former owner key under its own generation: the account is its own again.',
    auth: 'owner',
    statement: { purpose: 'undo-new-start', carrier: 'body' },
    params: ofNewStart,
    body: { kind: 'json', schema: signedStatement },
    status: 200,
    response: { kind: 'json', schema: newStart },
    problems: ['not-found'],
    isIdempotent: false,
  },
});
