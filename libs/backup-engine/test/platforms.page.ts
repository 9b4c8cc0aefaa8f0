import { browserPlatform } from '../src/browser';
import type { EnginePlatform } from '../src/index';

/** A page has no `node:*`. */
export const platforms: readonly (readonly [string, EnginePlatform])[] = [['browser', browserPlatform]];
