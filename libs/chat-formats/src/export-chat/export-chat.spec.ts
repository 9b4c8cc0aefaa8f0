import { fc, test as property } from '@fast-check/vitest';
import { chatLimits, decodeSegment, encodeSegment, type Message } from '@coffer/chat-model';
import { describeWithTestData } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';
import { expectParts } from '../../test/expect-parts';
import { bytesOf } from '../../test/memory-bytes';
import { ChatFormatError } from '../errors';
import type { OpenBytes } from '../open-bytes';
import { looksLikeExportChat, readExportChat, titleFromFileName, type ExportChatOptions } from './export-chat';

const read = (text: string, options: Partial<ExportChatOptions> = {}): readonly Message[] => {
  const chat = readExportChat(bytesOf(text), { title: 'T', ...options });
  const [conversation] = chat.conversations();
  const messages = [...conversation!.messages()];
  expectParts(conversation!, messages);
  expect(chat.counts).toEqual({ chats: 1, messages: messages.length });
  return messages;
};
/** The same through windows of so many bytes. */
const readBy = (windowBytes: number, text: string | Uint8Array): readonly Message[] => {
  const [conversation] = readExportChat(bytesOf(text), { title: 'T' }, windowBytes).conversations();
  const messages = [...conversation!.messages()];
  expectParts(conversation!, messages);
  return messages;
};
const times = (text: string): readonly (string | undefined)[] => read(text).map(({ localTime }) => localTime);

describe('readExportChat', () => {
  it('finds a part of a chat that is longer than its landmarks are apart', () => {
    const lines = Array.from({ length: 700 }, (_, index) => `31/12/2020, 23:59 - Anna: ${index}\nand more`);
    const messages = read(`\ufeffold words\n${lines.join('\n')}\n`);
    expect(messages).toHaveLength(701);
    const [conversation] = readExportChat(bytesOf(`\ufeffold words\n${lines.join('\n')}\n`), {
      title: 'T',
    }).conversations();
    for (const from of [0, 255, 256, 257, 511, 512, 600]) {
      expect([...conversation!.between!(from, from + 3)]).toEqual(messages.slice(from, from + 3));
    }
  });

  describe('lines', () => {
    it('reads author and text, and lines of the service', () => {
      expect(read('15/11/2004, 12:18 - Anna: hi\n15/11/2004, 12:19 - Anna left\n')).toEqual([
        {
          id: '1',
          senderId: 'Anna',
          isFromSelf: false,
          timeMs: null,
          localTime: '2004-11-15T12:18',
          kind: 'text',
          text: 'hi',
        },
        {
          id: '2',
          senderId: null,
          isFromSelf: false,
          timeMs: null,
          localTime: '2004-11-15T12:19',
          kind: 'system',
          system: { action: 'line', value: 'Anna left' },
        },
      ]);
    });
    it('continues a message over lines without a date, blank ones too', () => {
      const text = '[15.11.04, 12:18:01] Anna: one\r\n\r\ntwo: three\r\n2004 was long\r\n[15.11.04, 12:18:02] Bo: four';
      expect(read(text).map((message) => message.text)).toEqual(['one\n\ntwo: three\n2004 was long', 'four']);
    });
    it('takes a line that looks like a message for one, as nothing tells the difference', () => {
      expect(read('15/11/2004, 12:18 - Anna: she wrote\n12/12/20, 10:00 - x: y')).toHaveLength(2);
    });
    it('keeps what comes before the first date', () => {
      expect(
        read('\ufeffa title\n15/11/2004, 12:18 - Anna: hi').map(({ kind, timeMs, localTime }) => [
          kind,
          timeMs,
          localTime,
        ]),
      ).toEqual([
        ['system', null, undefined],
        ['text', null, '2004-11-15T12:18'],
      ]);
    });
    it.each([
      ['15/11/2004, 12:18 - +49 170 1234567: hi', '+49 170 1234567', 'hi'],
      ['15/11/2004, 12:18 - \u202a+49 170 1234567\u202c: hi', '+49 170 1234567', 'hi'],
      ['15/11/2004, 12:18 - a:b: hi', 'a:b', 'hi'],
      ['15/11/2004, 12:18 - Anna: see: http://x', 'Anna', 'see: http://x'],
      ['15/11/2004, 12:18 - Anna:', 'Anna', ''],
      ['15/11/2004, 12:18 - Anna changed the subject to "Plan: B"', null, undefined],
      ['15/11/2004, 12:18 - Look at http://x', null, undefined],
    ])('finds the author of %j', (line, senderId, text) => {
      const [message] = read(line);
      expect([message!.senderId, message!.text]).toEqual([senderId, text]);
    });
    it('keeps the author of a line that an iPhone attributes to the group', () => {
      const [message] = read('[15/11/2004, 12:18:00] Friends: \u200eMessages and calls are end-to-end encrypted.');
      expect(message).toMatchObject({
        kind: 'system',
        senderId: 'Friends',
        system: { action: 'line', value: 'Messages and calls are end-to-end encrypted.' },
      });
    });
  });

  describe('dates', () => {
    it.each([
      ['31/12/2020, 23:59 - A: x', '2020-12-31T23:59'],
      ['12/31/20, 11:59 PM - A: x', '2020-12-31T23:59'],
      ['12/31/20, 11:59\u202fPM - A: x', '2020-12-31T23:59'],
      ['12/31/20, 12:05 AM - A: x', '2020-12-31T00:05'],
      ['31/12/20 12:05 p.\u00a0m. - A: x', '2020-12-31T12:05'],
      ['31/12/20, 1:05 p.m. - A: x', '2020-12-31T13:05'],
      ['31.12.20, 23:59 - A: x', '2020-12-31T23:59'],
      ['31.12.2020 klo 23.59 - A: x', '2020-12-31T23:59'],
      ['31-12-2020 23:59 - A: x', '2020-12-31T23:59'],
      ['2020-12-31, 23:59 - A: x', '2020-12-31T23:59'],
      ['2020/12/31 23:59 - A: x', '2020-12-31T23:59'],
      ['31. 12. 2020, 23:59 - A: x', '2020-12-31T23:59'],
      ['2020. 12. 31. 오후 11:59 - A: x', '2020-12-31T23:59'],
      ['2020/12/31 上午12:01 - A: x', '2020-12-31T00:01'],
      ['[31.12.20, 23:59:07] A: x', '2020-12-31T23:59:07'],
      ['\u200e[31/12/2020, 23:59:07] A: x', '2020-12-31T23:59:07'],
      ['[2020-12-31, 11:59:07 PM] A: x', '2020-12-31T23:59:07'],
    ])('reads %j', (line, localTime) => {
      expect(read(line)).toMatchObject([{ localTime, senderId: 'A', text: 'x' }]);
    });
    it.each([
      '99/99/2020, 10:00 - A: x',
      '1/1/2020, 25:00 - A: x',
      '1/1/2020, 10:61 - A: x',
      '1/1/2020, 13:00 PM - A: x',
      '[1/1/2020, 10:00 - A: x',
    ])('does not take %j for a message', (line) => {
      expect(times(line)).toEqual([undefined]);
    });
    // what phones write follows CLDR, which this runtime knows too; Vietnamese puts the time first, and is left out
    const languages =
      'af am ar-EG az bg bn ca cs da de el en-GB en-US es es-MX et fa fi fil fr gu he hi hr hu id it ja kk kn ko ky lt lv mk ml mr ' +
      'ms nb nl pa pl pt-BR pt-PT ro ru sk sl sq sr sv sw ta te th tr uk ur uz zh-CN zh-TW zh-HK';
    it.each(languages.split(' '))('reads dates and times as phones in %s write them', (language) => {
      for (const hour12 of [undefined, true, false]) {
        // a year of two digits in front is known by the Korean words of the 12-hour clock alone
        if (language === 'ko' && hour12 === false) continue;
        const format = new Intl.DateTimeFormat(language, {
          calendar: 'gregory',
          dateStyle: 'short',
          timeStyle: 'short',
          timeZone: 'UTC',
          ...(hour12 === undefined ? {} : { hour12 }),
        });
        const instants = ['2020-01-31T23:59', '2020-12-01T00:05', '2020-12-31T13:05', '2021-02-03T11:30'];
        const lines = instants.map((instant) => `${format.format(new Date(`${instant}Z`))} - A: x`);
        expect(times(lines.join('\n')), lines.join(' | ')).toEqual(instants);
      }
    });
    it('counts years from the Buddha, as phones in Thailand can', () => {
      expect(times('31/12/2563 23:59 - A: x')).toEqual(['2020-12-31T23:59']);
    });
    it('knows the day by a number above 12 anywhere in the file', () => {
      expect(times('2/1/2020, 10:00 - A: x\n13/1/2020, 10:00 - A: x')[0]).toBe('2020-01-02T10:00');
      expect(times('2/1/2020, 10:00 - A: x\n2/13/2020, 10:00 - A: x')[0]).toBe('2020-02-01T10:00');
    });
    it('knows the day by time running forward', () => {
      const [dmy, mdy] = ['9/1/20, 10:00 - A: x\n1/2/20, 10:00 - A: x', '1/9/20, 10:00 - A: x\n2/1/20, 10:00 - A: x'];
      expect(times(dmy)).toEqual(['2020-01-09T10:00', '2020-02-01T10:00']);
      expect(times(mdy)).toEqual(['2020-01-09T10:00', '2020-02-01T10:00']);
    });
    it('says so where nothing tells', () => {
      const chat = (text: string): boolean => readExportChat(bytesOf(text), { title: 'T' }).isDateOrderAssumed;
      expect(chat('1/2/20, 10:00 - A: x')).toBe(true);
      expect(chat('1/13/20, 10:00 - A: x')).toBe(false);
      // days above 12 in both places: what can be either is a guess
      expect(chat(['1/13/20', '2/14/20', '13/3/20'].map((date) => `${date}, 10:00 - A: x`).join('\n'))).toBe(true);
      const dates = (...all: string[]): string => all.map((date) => `${date}/20, 10:00 - A: x`).join('\n');
      expect(chat(dates('9/1', '1/2'))).toBe(false);
      // backwards once as well as twice
      expect(chat(dates('1/1', '2/2', '3/2', '2/3', '1/4', '3/3'))).toBe(true);
      expect(times('1/2/20, 10:00 - A: x')).toEqual(['2020-02-01T10:00']);
      expect(times('1/2/20, 10:00 PM - A: x')).toEqual(['2020-01-02T22:00']);
    });
    it('reads one file with dates of two looks', () => {
      expect(
        times('6/30/23, 16:14 - A: x\n30/6/2023, 16:15 - A: y\n7/1/23, 9:00 - A: z\n1/7/2023, 9:01 - A: z'),
      ).toEqual(['2023-06-30T16:14', '2023-06-30T16:15', '2023-07-01T09:00', '2023-07-01T09:01']);
    });
  });

  describe('content', () => {
    const content = (body: string, options: Partial<ExportChatOptions> = {}): Message =>
      read(`31/12/2020, 23:59 - A: ${body}`, options)[0]!;
    it.each([
      [
        'IMG-20210428-WA0001.jpg (file attached)\na caption\nof two lines',
        'image',
        'IMG-20210428-WA0001.jpg',
        'a caption\nof two lines',
      ],
      ['\u200eVID-20210428-WA0001.mp4 (Datei angehängt)', 'video', 'VID-20210428-WA0001.mp4', undefined],
      ['PTT-20210428-WA0001.opus (in a language that nobody knows)', 'audio', 'PTT-20210428-WA0001.opus', undefined],
      [
        '\u200e<attached: 00000042-PHOTO-2021-04-28-10-00-00.jpg>',
        'image',
        '00000042-PHOTO-2021-04-28-10-00-00.jpg',
        undefined,
      ],
      ['report.final.pdf (file attached)', 'document', 'report.final.pdf', undefined],
      ['STK-20210428-WA0001.webp (file attached)', 'sticker', 'STK-20210428-WA0001.webp', undefined],
      ['Jo.vcf (file attached)', 'contact', 'Jo.vcf', undefined],
      ['2021-04-28-PHOTO-00000042.jpg <attached>', 'image', '2021-04-28-PHOTO-00000042.jpg', undefined],
    ])('sees the attachment in %j', (body, kind, name, text) => {
      const message = content(body);
      expect([message.kind, message.media?.path, message.text]).toEqual([kind, name, text]);
    });
    it.each([
      'see notes.txt (I think)',
      'a (file attached)',
      'x.jpg',
      '<3',
      '<b>bold</b>',
      'null',
      'etc/passwd.txt (file attached)',
    ])('takes %j for text', (body) => {
      expect(content(body)).toMatchObject({ kind: 'text', text: body });
    });
    it('believes a remark in any language about a file that is there, and says how large it is', () => {
      const mediaSizes = new Map([['my notes.pdf', 5]]);
      expect(content('my notes.pdf (vedlagt fil)', { mediaSizes }).media).toEqual({
        path: 'my notes.pdf',
        name: 'my notes.pdf',
        sizeBytes: 5,
      });
      expect(content('other.pdf (file attached)', { mediaSizes }).media).toMatchObject({ isOmitted: true });
    });
    it.each([
      ['<Media omitted>', 'unsupported'],
      ['\u200eimage omitted', 'image'],
      ['\u200evideo omitted', 'video'],
      ['\u200esticker omitted', 'sticker'],
      ['\u200eContact card omitted', 'contact'],
      ['<Mídia oculta>', 'unsupported'],
      ['<省略多媒體檔案>', 'unsupported'],
      ['<تم استبعاد الوسائط>', 'unsupported'],
      ['\u200eBild weggelassen', 'image'],
      ['\u200eVideo weggelassen', 'video'],
      ['\u200eAudio omitido', 'audio'],
      ['\u200evidéo absente', 'video'],
      ['\u200eimmagine omessa', 'image'],
      ['\u200e貼圖已略去', 'sticker'],
      ['\u200edocumento omitido', 'document'],
    ])('knows that %j stands for a file', (body, kind) => {
      expect(content(body)).toMatchObject({ kind, media: { isOmitted: true } });
    });
    it('keeps the name of a document that an iPhone left out', () => {
      expect(content('\u200ePlan A.pdf • \u200e3 pages \u200edocument omitted')).toMatchObject({
        kind: 'document',
        media: { name: 'Plan A.pdf', isOmitted: true },
      });
    });
    it.each([
      'This message was deleted',
      'You deleted this message',
      '\u200eThis message was deleted.',
      'This message was deleted by admin Anna.',
      'Diese Nachricht wurde gelöscht.',
      'Essa mensagem foi apagada',
      'Dit bericht is verwijderd',
      '此訊息已刪除',
    ])('knows %j', (body) => {
      expect(content(body).kind).toBe('deleted');
    });
    it('takes the mark of an edit off the text', () => {
      expect(content('hello <This message was edited>')).toMatchObject({
        kind: 'text',
        text: 'hello',
        marks: ['edited'],
      });
      expect(content('hello \u200e<This message was edited>')).toMatchObject({ text: 'hello', marks: ['edited'] });
      expect(content('hallo <Diese Nachricht wurde bearbeitet.>')).toMatchObject({ text: 'hallo', marks: ['edited'] });
      expect(content(`${'x'.repeat(500)} <edited>`).marks).toBeUndefined();
    });
    it('reads a place', () => {
      expect(content('location: https://maps.google.com/?q=53.5704,-9.95674')).toMatchObject({
        kind: 'location',
        place: { latitude: 53.5704, longitude: -9.95674 },
      });
    });
  });

  describe('zones', () => {
    const instants = (text: string, timeZone: string): readonly (string | null)[] =>
      read(text, { timeZone }).map(({ timeMs }) => (timeMs === null ? null : new Date(timeMs).toISOString()));
    it('gives instants where the zone is known, and keeps the local time', () => {
      const [message] = read('15/07/2021, 12:00 - A: x', { timeZone: 'Europe/Berlin' });
      expect(message).toMatchObject({ timeMs: Date.UTC(2021, 6, 15, 10), localTime: '2021-07-15T12:00' });
    });
    it('knows summer time, hour by hour', () => {
      const lines = ['00:59', '01:59', '03:00', '04:00'].map((time) => `28/03/2021, ${time} - A: x`).join('\n');
      expect(instants(lines, 'Europe/Berlin')).toEqual([
        '2021-03-27T23:59:00.000Z',
        '2021-03-28T00:59:00.000Z',
        '2021-03-28T01:00:00.000Z',
        '2021-03-28T02:00:00.000Z',
      ]);
    });
    it('moves a skipped time forward and takes the earlier of two', () => {
      expect(instants('28/03/2021, 02:30 - A: x', 'Europe/Berlin')).toEqual(['2021-03-28T01:30:00.000Z']);
      expect(instants('31/10/2021, 02:30 - A: x', 'Europe/Berlin')).toEqual(['2021-10-31T00:30:00.000Z']);
    });
    it('refuses a zone that does not exist', () => {
      expect(() => read('x', { timeZone: 'Mars/Olympus' })).toThrow(ChatFormatError);
    });
  });

  property.prop([fc.string({ unit: 'grapheme', maxLength: 300 }), fc.boolean()])(
    'reads any text into messages that can be stored',
    (text, hasHead) => {
      const messages = read(hasHead ? `31/12/2020, 23:59 - A: x\n${text}` : text);
      expect(decodeSegment(encodeSegment(messages))).toEqual(messages);
    },
  );
  const body = fc.stringMatching(/^[a-z ,.!?\n]{0,40}$/).filter((text) => !text.startsWith(' '));
  property.prop([
    fc.array(fc.record({ author: fc.stringMatching(/^[A-Z][a-z]{1,8}$/), body }), { minLength: 1, maxLength: 20 }),
  ])('gives back what was written, for any number of plain messages', (written) => {
    const text = written.map((one) => `31/12/2020, 23:59 - ${one.author}: ${one.body}`).join('\n');
    expect(read(text).map((message) => ({ author: message.senderId, body: message.text }))).toEqual(
      written.map((one, index) => ({
        ...one,
        body: index === written.length - 1 ? one.body.replace(/\n$/, '') : one.body,
      })),
    );
  });
  const line = fc.oneof(
    fc.constantFrom(
      '31/12/2020, 23:59 - A: x',
      '[1.2.21, 10:00:01] Bo: \u{1f600} ü',
      '2/3/21, 4:05\u202fPM - C: ',
      '\ufeff1/1/20,',
    ),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
  );
  property.prop([
    fc.array(line, { maxLength: 40 }),
    fc.constantFrom('\n', '\r\n'),
    fc.boolean(),
    fc.integer({ min: 1, max: 200 }),
  ])('reads the same through windows of any size', (lines, lineEnd, isEnded, windowBytes) => {
    const text = lines.join(lineEnd) + (isEnded ? lineEnd : '');
    expect(readBy(windowBytes, text)).toEqual(read(text));
  });
  property.prop([fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 20 }), fc.integer({ min: 1, max: 100 })])(
    'reads the same through windows of any size where bytes are no UTF-8',
    (parts, windowBytes) => {
      const head = new TextEncoder().encode('\n31/12/2020, 23:59 - A: x');
      const bytes = new Uint8Array(parts.flatMap((part) => [...part, ...head]));
      expect(readBy(windowBytes, bytes)).toEqual(readBy(1_000_000, bytes));
    },
  );
  it('cuts a message that nobody could have written, and goes on behind it', () => {
    const { textLength } = chatLimits;
    const long = `31/12/2020, 23:58 - A: ${'€'.repeat(textLength)}end\n${'more\n'.repeat(200_000)}`;
    const messages = readBy(100_000, `31/12/2020, 23:57 - A: before\n${long}31/12/2020, 23:59 - A: behind\n`);
    expect(messages.map(({ text, localTime }) => [text?.length, localTime])).toEqual([
      [6, '2020-12-31T23:57'],
      [textLength, '2020-12-31T23:58'],
      [6, '2020-12-31T23:59'],
    ]);
    expect(messages[1]!.text).toBe('€'.repeat(textLength));
  });
  it('closes the text once, and where it cannot be read', () => {
    let closed = 0;
    const text = (read: OpenBytes['read'] = bytesOf('x').read): OpenBytes => ({
      sizeBytes: 1,
      read,
      close: () => closed++,
    });
    const chat = readExportChat(text(), { title: 'T' });
    chat.close();
    chat.close();
    expect(closed).toBe(1);
    const broken = text(() => {
      throw new Error('no disk');
    });
    expect(() => readExportChat(broken, { title: 'T' })).toThrow('no disk');
    expect(closed).toBe(2);
  });
  it('takes linear time for hostile text', () => {
    const lines = `1/1/20, 10:00 - ${'a:'.repeat(100_000)}\n${'1/1/20,'.repeat(50_000)}\n${' '.repeat(200_000)}x\n${'(a.b '.repeat(50_000)}\n1/1/20, 10:01 - A: ${'\u200e'.repeat(200_000)}>`;
    const started = performance.now();
    read(lines);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('looksLikeExportChat', () => {
  it.each(['[1.1.20, 10:00:00] A: x', '\ufeff1/1/2020, 10:00 - A: x', 'title\n1/1/2020, 10:00 - A: x'])(
    'says yes to %j',
    (text) => {
      expect(looksLikeExportChat(text)).toBe(true);
    },
  );
  it.each(['', 'hello', '2020-01-01 10:00:00 INFO started', '1.1.2020'])('says no to %j', (text) => {
    expect(looksLikeExportChat(text)).toBe(false);
  });
});

describe('titleFromFileName', () => {
  it.each([
    ['WhatsApp Chat with Anna B.txt', 'Anna B'],
    ['WhatsApp-Chat mit Anna.zip', 'Anna'],
    ['WhatsApp Chat - Friends.zip', 'Friends'],
    ['Discussion WhatsApp avec Anna.txt', 'Anna'],
    ['Чат WhatsApp с контактом Anna.txt', 'Anna'],
    ['与Anna的 WhatsApp 聊天.txt', 'Anna'],
    ['AnnaとのWhatsAppチャット.txt', 'Anna'],
    ['notes.txt', 'notes'],
    ['.txt', 'Chat'],
  ])('finds the name in %j', (name, title) => {
    expect(titleFromFileName(name)).toBe(title);
  });
});

describeWithTestData('readExportChat on fixtures', (data) => {
  it('reads the export of chat-history-manager, with dates of two looks', () => {
    const text = new TextDecoder().decode(
      data.bytes('fixtures', 'chat-history-manager', 'WhatsApp Chat with +123 45 6789.txt'),
    );
    const messages = read(text);
    expect(messages.map(({ kind, senderId, localTime }) => [kind, senderId, localTime])).toEqual([
      ['system', null, '2023-06-30T16:13'],
      ['system', null, '2023-06-30T16:14'],
      ['text', 'Aaaaa Aaaaaaaaaaa', '2023-06-30T16:14'],
      ['text', 'Aaaaa Aaaaaaaaaaa', '2023-06-30T16:14'],
      ['text', 'Aaaaa Aaaaaaaaaaa', '2023-06-30T16:14'],
      ['text', '+123 45 6789', '2023-06-30T16:14'],
      ['image', '+123 45 6789', '2023-06-30T16:15'],
      ['video', '+123 45 6789', '2023-06-30T16:15'],
      ['audio', '+123 45 6789', '2023-06-30T16:15'],
      ['sticker', '+123 45 6789', '2023-06-30T16:15'],
      ['text', '+123 45 6789', '2023-06-30T16:15'],
      ['unsupported', '+123 45 6789', '2023-06-30T16:15'],
      ['text', '+123 45 6789', '2023-06-30T16:15'],
    ]);
    expect(messages[2]!.text).toBe('hello there!\n\nthis is a\nmulti-line message!\n');
    expect(messages[6]).toMatchObject({ text: 'image comment', media: { path: 'IMG-20230630-WA0000.jpg' } });
  });
});
