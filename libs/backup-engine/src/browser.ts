export { browserPlatform } from './browser/platform';
