import { z } from 'zod';
import { instantText } from './text-forms';

/** Answer of the routes of the guess veto: until when its owner has stopped guesses; null where guesses are taken. */
export const guessVeto = z.strictObject({ vetoedUntil: instantText.nullable() }).meta({ id: 'GuessVeto' });

/** @see guessVeto */
export type GuessVeto = z.infer<typeof guessVeto>;
