export { nodePlatform } from './node/platform';
