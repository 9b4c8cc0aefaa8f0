import { browserPlatform } from '../src/browser';
import type { EnginePlatform } from '../src/index';
import { nodePlatform } from '../src/node';

/** The platforms that this one can stand for; `platforms.page.ts` stands in for this file in a page. */
export const platforms: readonly (readonly [string, EnginePlatform])[] = [
  ['node', nodePlatform],
  ['browser', browserPlatform],
];
