import { guessVeto } from './guess-veto';
import { defineRoutes } from './route';
import { signedStatement } from './signed-statement';

/** The owner's stop of all guesses. */
export const guessVetoRoutes = defineRoutes({
  getGuessVeto: {
    method: 'GET',
    path: '/v1/guess-veto',
    tag: 'logins',
    summary: 'Until when the owner has stopped guesses.',
    auth: 'token',
    status: 200,
    response: { kind: 'json', schema: guessVeto },
    problems: [],
    isIdempotent: true,
  },
  setGuessVeto: {
    method: 'POST',
    path: '/v1/guess-veto',
    tag: 'logins',
    summary: 'Stops guesses for at most 72 hours from now on, renews the stop, or lifts it.',
    auth: 'owner',
    statement: { purpose: 'guess-veto', carrier: 'body' },
    body: { kind: 'json', schema: signedStatement },
    status: 200,
    response: { kind: 'json', schema: guessVeto },
    problems: [],
    isIdempotent: false,
  },
});
