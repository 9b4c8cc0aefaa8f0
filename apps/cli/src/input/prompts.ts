import { CofferError } from '@coffer/foundation';

/** The person left a question without an answer. Nothing was done. */
export class PromptCancelledError extends CofferError {
  constructor() {
    super('interrupted', 'Stopped at a question. Nothing was changed.');
  }
}

/** Asks for a secret on the terminal without showing it. @throws PromptCancelledError */
export async function askSecret(message: string): Promise<string> {
  const { isCancel, password } = await import('@clack/prompts');
  const answer = await password({ message, mask: '•' });
  if (isCancel(answer)) throw new PromptCancelledError();
  return answer;
}

/** A question that is answered with yes or no; no is the default. @throws PromptCancelledError */
export async function askConsent(message: string): Promise<boolean> {
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message, initialValue: false });
  if (isCancel(answer)) throw new PromptCancelledError();
  return answer;
}

/** A line of text. @throws PromptCancelledError */
export async function askText(message: string): Promise<string> {
  const { isCancel, text } = await import('@clack/prompts');
  const answer = await text({ message, defaultValue: '' });
  if (isCancel(answer)) throw new PromptCancelledError();
  return answer;
}

/** Asks to type a word, so that a stray Enter agrees to nothing. @returns whether it was typed @throws PromptCancelledError */
export async function askTyped(message: string, word: string): Promise<boolean> {
  return (await askText(`${message}\nType ${word} to go on:`)).trim() === word;
}
