import { z } from 'zod';

// The policy of this worker forbids making functions out of text, and schemas would try it as soon as they are made: this
// module must be the first that the entry imports.
z.config({ jitless: true });
