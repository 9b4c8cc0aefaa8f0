export { describeInBrowser } from './browser-page';
