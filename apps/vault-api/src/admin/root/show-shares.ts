import type { Interface } from 'node:readline/promises';
import type { TextSink } from '../admin-reporter';

/** Empties the screen and what can be scrolled back to. */
const clearScreen = '\u001b[2J\u001b[3J\u001b[H';

/**
 * Shows one share after the other, each to the person who has just been called to the screen, and none beside another.
 *
 * @param signal - ends it; the screen is emptied either way
 */
export async function showShares(
  shares: readonly string[],
  terminal: Pick<Interface, 'question'>,
  screen: TextSink,
  signal: AbortSignal,
): Promise<void> {
  const total = shares.length;
  try {
    for (const [index, share] of shares.entries()) {
      screen.write(clearScreen);
      await terminal.question(`Call the holder of share ${index + 1} of ${total}, alone. Enter shows the share. `, {
        signal,
      });
      screen.write(`${clearScreen}${share}\n`);
      await terminal.question('Written down and compared? Enter removes it from the screen. ', { signal });
    }
  } finally {
    screen.write(clearScreen);
  }
}
