export { browserDecompressor } from './browser/decompression';
