import { browserPlatform } from '../src/browser';
import type { EnginePlatform } from '../src/index';
import { nodePlatform } from '../src/node';

/** The platforms that Node can run; `chromium.node.spec.ts` runs the browser's in one. */
export const platforms: readonly (readonly [string, EnginePlatform])[] = [
  ['node', nodePlatform],
  ['browser', browserPlatform],
];
