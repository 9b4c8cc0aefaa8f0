import { z } from 'zod';
import { makeTrustedTypesPolicy } from './trusted-types';

makeTrustedTypesPolicy();
// Before any schema is made: the policy of the page forbids functions out of text, which schemas would try to speed up with.
z.config({ jitless: true });
