import { strToU8, zipSync } from 'fflate';
import type { Recipe } from './case';

const zone = { timeZone: 'Europe/Berlin' } as const;

const android = (name: string, what: string, lines: readonly string[], result: Partial<Recipe> = {}): Recipe => ({
  ...{ name: `export-${name}`, what, file: 'Anna.txt', bytes: strToU8(`${lines.join('\n')}\n`) },
  ...{ keys: zone, warnings: [], ...result },
});

const zipped = (
  name: string,
  what: string,
  files: Record<string, Uint8Array>,
  result: Partial<Recipe> = {},
): Recipe => ({
  ...{ name: `export-${name}`, what, file: 'Anna.zip', keys: zone, warnings: [] },
  // the same bytes each time
  ...{ bytes: zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) }), ...result },
});

const chat = strToU8('31/12/2020, 23:59 - Anna: IMG-1.jpg (file attached)\nlook\n31/12/2020, 23:59 - Bo: nice\n');
const image = strToU8('a picture');

export const exportRecipes = (): readonly Recipe[] => [
  android('day-first', 'A day beyond the 12th says that days come first.', [
    '30/12/2020, 23:59 - Messages and calls are end-to-end encrypted.',
    '31/12/2020, 23:59 - Anna: first line',
    'and a second one',
    '',
    'and a last one behind an empty one',
    '01/01/2021, 00:01 - Bo: 12/12/20, 10:00 is no new message here',
  ]),
  android('month-first', 'A day beyond the 12th says that months come first; hours of half a day.', [
    '12/30/20, 11:59 PM - Anna: late',
    '12/31/20, 12:01 AM - Bo: past midnight',
  ]),
  android('year-first', 'Years of four digits at the front.', [
    '2020-12-31, 23:59 - Anna: x',
    '2021-01-01, 00:01 - Bo: y',
  ]),
  android('order-of-time', 'No day beyond the 12th: the order in which times go forward decides.', [
    '11/1/2020, 10:00 - Anna: one',
    '12/1/2020, 10:00 - Anna: two',
    '1/2/2020, 10:00 - Anna: three',
  ]),
  android(
    'order-in-doubt',
    'Nothing tells which number is the day.',
    ['01/02/2020, 10:00 - Anna: one', '02/03/2020, 10:00 - Bo: two'],
    { warnings: ['assumed-date-order'] },
  ),
  android(
    'without-zone',
    'Nobody said in which time zone it was exported: times stay local.',
    ['31/12/2020, 23:59 - Anna: x'],
    {
      keys: {},
    },
  ),
  android('unknown-zone', 'A time zone that there is not.', ['31/12/2020, 23:59 - Anna: x'], {
    ...{ keys: { timeZone: 'Europe/Nowhere' }, warnings: [], refused: 'invalid-time-zone' },
  }),
  android('hour-that-was-not', 'A time that the clock of the zone skipped, and one that it showed twice.', [
    '28/03/2021, 02:30 - Anna: skipped',
    '31/10/2021, 02:30 - Anna: twice',
  ]),
  android('marks', 'Marks that nobody sees before dates, names and texts, and a narrow space before PM.', [
    '\ufeff\u200e[31.12.20, 11:59:58\u202fPM] Anna: \u200ea',
    '[31.12.20, 11:59:59\u202fPM] \u202a+49 15\u202c: b',
  ]),
  android('no-chat', 'A text that is no chat.', ['Dear Anna,', 'nothing here.'], { refused: 'not-a-backup' }),
  zipped('zip', 'A chat with a picture.', { 'WhatsApp Chat with Anna.txt': chat, 'IMG-1.jpg': image }),
  zipped('zip-without-media', 'A chat whose picture was left out.', { '_chat.txt': chat }),
  zipped('zip-two-texts', 'Notes beside the chat: the chat is found.', { 'a.txt': strToU8('notes\n'), 'b.txt': chat }),
  zipped(
    'zip-out-of-its-folder',
    'A name that leads out of the folder.',
    { '_chat.txt': chat, '../IMG-1.jpg': image },
    {
      refused: 'damaged',
    },
  ),
  zipped('zip-without-chat', 'A zip of pictures.', { 'IMG-1.jpg': image }, { refused: 'not-a-backup' }),
];
