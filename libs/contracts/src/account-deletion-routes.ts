import { z } from 'zod';
import { accountDeletion, waitingDeletion } from './account-deletion';
import { defineRoutes } from './route';
import { signedStatement, statementHeaderName, statementHeaderText } from './signed-statement';

/** The deletion of the account: at once by its owner, or asked for by a sign-in and announced. */
export const accountDeletionRoutes = defineRoutes({
  getDeletion: {
    method: 'GET',
    path: '/v1/account/deletion',
    tag: 'account',
    summary: 'The deletion of the account that was asked for, if any.',
    auth: 'token',
    status: 200,
    response: { kind: 'json', schema: waitingDeletion },
    problems: [],
    isIdempotent: true,
  },
  askDeletion: {
    method: 'POST',
    path: '/v1/account/deletion',
    tag: 'account',
    summary: 'Asks for the deletion without the key: it waits, and is told on every channel.',
    auth: 'fresh',
    status: 201,
    response: { kind: 'json', schema: accountDeletion },
    problems: [],
    isIdempotent: true,
  },
  cancelDeletion: {
    method: 'POST',
    path: '/v1/account/deletion/cancel',
    tag: 'account',
    summary: "The owner's veto: a deletion that waits ends.",
    auth: 'owner',
    statement: { purpose: 'cancel-deletion', carrier: 'body' },
    body: { kind: 'json', schema: signedStatement },
    status: 204,
    response: { kind: 'none' },
    problems: ['not-found'],
    isIdempotent: false,
  },
  deleteAccount: {
    method: 'DELETE',
    path: '/v1/account',
    tag: 'account',
    summary: 'Closes the account at once, by its owner: keyslots, backups and in the end every row of it go.',
    auth: 'owner',
    statement: { purpose: 'delete-account', carrier: 'header' },
    headers: z.object({ [statementHeaderName]: statementHeaderText }),
    status: 200,
    response: { kind: 'json', schema: accountDeletion },
    problems: [],
    isIdempotent: false,
  },
});
