export { nodeCompressor, ReusedCompressor } from './node/compression';
