import type { Page } from '@playwright/test';

/**
 * What axe finds wrong on a page without frames, one line for each rule. It comes into a document once and gives its verdict there:
 * with a page of its own for each verdict, as frames of other origins need it, a look takes twice as long and more.
 *
 * @param rules - ids of the rules that are tried; all where omitted
 * @throws Error where hardly a rule had anything to look at: then there was no page yet
 */
export async function axeFaults(page: Page, rules?: string[]): Promise<readonly string[]> {
  // With axe itself, a script of more than a megabyte: only for those who ask.
  const { AxeBuilder } = await import('@axe-core/playwright');
  const isThere = await page.evaluate(async () => {
    // A colour on its way from one to another is neither.
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
    return 'axe' in globalThis;
  });
  const axe = new AxeBuilder({ page, ...(isThere ? { axeSource: 'void 0' } : {}) })
    .options({ resultTypes: ['violations'] })
    .setLegacyMode();
  const { violations, passes } = await (rules === undefined ? axe : axe.withRules(rules)).analyze();
  if (rules === undefined && passes.length <= 5)
    throw new Error(`axe: only ${passes.length} rules had something to see`);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
