/** Whether chunks of one file are worth compressing: what does not shrink is tried less and less often. */
export interface CompressionHabit {
  isTried: boolean;
  /** Chunks to leave alone before the next try. */
  toSkip: number;
  skipNext: number;
}

const mostSkipped = 16;

export function newCompressionHabit(isTried: boolean): CompressionHabit {
  return { isTried, toSkip: 0, skipNext: 1 };
}

/** Whether the next chunk is to be tried. */
export function isNextTried(habit: CompressionHabit): boolean {
  if (!habit.isTried) return false;
  if (habit.toSkip === 0) return true;
  habit.toSkip -= 1;
  return false;
}

/** Notes what became of a try. */
export function noteTry(habit: CompressionHabit, didPay: boolean): void {
  if (didPay) {
    habit.skipNext = 1;
    return;
  }
  habit.toSkip = habit.skipNext;
  habit.skipNext = Math.min(mostSkipped, 2 * habit.skipNext);
}
