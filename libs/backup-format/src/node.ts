export { nodeCompressor } from './node/compression';
