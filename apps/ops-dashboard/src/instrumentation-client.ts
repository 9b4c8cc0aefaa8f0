import { makeTrustedTypesPolicy } from './trusted-types';

makeTrustedTypesPolicy();
