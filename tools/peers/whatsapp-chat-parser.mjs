// Counts the messages and authors of an exported chat as whatsapp-chat-parser (MIT) sees them.
//
//   node whatsapp-chat-parser.mjs TEXT
import { readFileSync } from 'node:fs';
import { parseString } from 'whatsapp-chat-parser';

const messages = parseString(readFileSync(process.argv[2], 'utf8'));
const authors = new Set(messages.map(({ author }) => author));
authors.delete(null);
process.stdout.write(`${JSON.stringify({ messages: messages.length, authors: authors.size })}\n`);
