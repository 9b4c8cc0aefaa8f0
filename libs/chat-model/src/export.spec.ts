import { createHash } from 'node:crypto';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { arbitraryConversation, arbitraryMessage } from '../test/arbitraries';
import {
  htmlPages,
  jsonDocument,
  messagesBetween,
  type ChatCounts,
  type ChatSource,
  type Conversation,
  type Message,
} from './index';
import { searchScript, searchScriptHash } from './html-search';

interface Content extends Conversation {
  readonly messages: readonly Message[];
}

function sourceOf(contents: readonly Content[]): ChatSource {
  const messages = contents.reduce((sum, content) => sum + content.messages.length, 0);
  return {
    format: 'test',
    counts: { chats: contents.length, messages },
    *conversations() {
      for (const { messages: own, ...conversation } of contents) {
        yield { conversation, messageCount: own.length, messages: () => own };
      }
    },
    close: () => undefined,
  };
}

function run<T>(generator: Generator<T, ChatCounts, undefined>): {
  readonly pieces: readonly T[];
  readonly counts: ChatCounts;
} {
  const pieces: T[] = [];
  for (;;) {
    const next = generator.next();
    if (next.done === true) return { pieces, counts: next.value };
    pieces.push(next.value);
  }
}

const conversation: Conversation = {
  id: 'c',
  kind: 'group',
  title: 'Friends',
  participants: [{ id: 'a', name: 'Anna' }],
};
const message: Message = {
  id: '1',
  senderId: 'a',
  isFromSelf: false,
  timeMs: 1_700_000_000_000,
  kind: 'text',
  text: 'hi',
};
const contents = fc
  .array(fc.tuple(arbitraryConversation, fc.array(arbitraryMessage, { maxLength: 5 })), { maxLength: 5 })
  .map((all) => all.map(([one, messages]) => ({ ...one, messages })));

describe('jsonDocument', () => {
  property.prop([contents])('is one JSON document with everything in it', (all) => {
    const { pieces, counts } = run(jsonDocument(sourceOf(all)));
    const document = JSON.parse(pieces.join('')) as unknown;
    // a number that JSON writes as 0 was perhaps -0
    expect(document).toEqual(
      JSON.parse(JSON.stringify({ coffer: { kind: 'chats', version: 1 }, format: 'test', conversations: all })),
    );
    expect(counts).toEqual(sourceOf(all).counts);
  });
  it('comes in pieces', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      ...message,
      id: String(index),
      text: 'x'.repeat(100),
    }));
    const { pieces } = run(jsonDocument(sourceOf([{ ...conversation, messages: many }])));
    expect(pieces.length).toBeGreaterThan(5);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(300_000);
  });
});

/** A page without the one script that belongs to it. */
const withoutSearch = (content: string): string => content.replace(`<script>${searchScript}</script>`, '');

describe('htmlPages', () => {
  it('lets the script of the search run, by its hash, and no other', () => {
    const hash = `sha256-${createHash('sha256').update(searchScript).digest('base64')}`;
    expect(searchScriptHash).toBe(hash);
    const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(page({}))!;
    expect(policy!.split('; ')).toEqual([
      "default-src 'none'",
      "style-src 'self' file:",
      "img-src 'self' file: data:",
      "media-src 'self' file:",
      `script-src '${hash}'`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(page({}).match(/<script/g)).toHaveLength(1);
  });
  it('shows media that lie beside the page, each as what it is', () => {
    const shown = (own: Partial<Message>, path = 'media/1.x'): string => {
      const source = sourceOf([{ ...conversation, messages: [{ ...message, ...own }] }]);
      return run(htmlPages(source, { mediaPath: () => path })).pieces.find(({ name }) => name.startsWith('chat-'))!
        .content;
    };
    expect(shown({ kind: 'image', media: { name: '"x"' } })).toContain(
      '<img src="media/1.x" alt="&quot;x&quot;" loading="lazy">',
    );
    expect(shown({ kind: 'video' })).toContain('<video src="media/1.x" controls preload="none"');
    expect(shown({ kind: 'gif', media: { mimeType: 'video/mp4' } })).toContain('<video');
    expect(shown({ kind: 'audio' })).toContain('<audio src="media/1.x" controls preload="none"');
    expect(shown({ kind: 'document', media: { name: 'a.pdf' } })).toContain('<a href="media/1.x" dir="auto">a.pdf</a>');
    for (const path of [
      '/etc/passwd',
      '../x',
      'a/../../x',
      'javascript:alert(1)',
      'x" onerror="y',
      'https://example.org/x',
    ]) {
      expect(shown({ kind: 'image' }, path)).not.toContain('<img');
    }
  });
  it('says how far an own message came and when another arrived, in words, and repeats neither below', () => {
    const own = page({ isFromSelf: true, senderId: null, delivery: 'read', extras: { mood: 'good' } });
    expect(own).toContain('<p class="marks"><span aria-hidden="true">✓✓</span> Read</p>');
    expect(own).toContain('mood');
    expect(own).not.toContain('delivery');
    expect(page({ delivery: 'failed' })).toContain('</span> Not sent</p>');
    // what it does not know stays where unknown facts are
    expect(page({ extras: { delivery: 'on a <horse>' } })).toContain('on a &lt;horse&gt;');
    const receipts = [{ id: 'anna', readMs: 1_700_000_090_000 }, { status: 7 }];
    expect(page({ isFromSelf: true, senderId: null, receipts })).toMatch(
      /<summary>Receipts<\/summary><ul><li><span dir="auto">[^<]+<\/span> read <time[^>]*>2023-11-14 22:14<\/time><\/li><li>status 7<\/li>/,
    );
    const late = page({ receivedMs: 1_700_000_090_000 });
    expect(late).toContain('received <time datetime="2023-11-14T22:14:50.000Z">2023-11-14 22:14</time>');
    expect(late).not.toContain('More from the source');
    expect(page({ receivedMs: 1_700_000_001_000 })).not.toContain('received');
  });
  it('leads from an answer to what it answers, and shows its words', () => {
    const answered = [
      { ...message, id: 'a/b "c"', text: 'the question' },
      { ...message, id: '2', quote: { messageId: 'a/b "c"' } },
      { ...message, id: '3', quote: { messageId: 'elsewhere' } },
    ];
    const content = run(htmlPages(sourceOf([{ ...conversation, messages: answered }]))).pieces[1]!.content;
    expect(content).toContain('<a href="#ma%2Fb%20%22c%22">Anna: the question</a>');
    expect(content).toContain('id="ma/b &quot;c&quot;"');
    expect(content).toContain('<blockquote dir="auto">an earlier message</blockquote>');
  });

  const page = (own: Partial<Message>, about: Partial<Conversation> = {}): string =>
    run(htmlPages(sourceOf([{ ...conversation, ...about, messages: [{ ...message, ...own }] }]))).pieces.find(
      ({ name }) => name.startsWith('chat-'),
    )!.content;

  it('gives an index, a style sheet and pages of 1,000 messages', () => {
    const many = Array.from({ length: 2001 }, (_, index) => ({ ...message, id: String(index) }));
    const { pieces, counts } = run(
      htmlPages(
        sourceOf([
          { ...conversation, messages: many },
          { ...conversation, messages: [] },
        ]),
      ),
    );
    expect(pieces.map(({ name }) => name)).toEqual([
      'style.css',
      'chat-00001-00001.html',
      'chat-00001-00002.html',
      'chat-00001-00003.html',
      'chat-00002-00001.html',
      'index.html',
    ]);
    expect(counts).toEqual({ chats: 2, messages: 2001 });
    expect(pieces[2]!.content).toContain('<a href="chat-00001-00001.html" rel="prev">');
    expect(pieces[2]!.content).toContain('<a href="chat-00001-00003.html" rel="next">');
  });
  it('shows names, days, times, quotes, reactions and what is not known', () => {
    const shown = page({
      quote: { text: 'before', senderId: 'a' },
      reactions: [{ senderId: null, text: '👍' }],
      marks: ['edited'],
    });
    for (const part of ['>Anna<', '2023-11-14', '22:13', 'Anna: before', '👍 You', 'edited', '>hi<'])
      expect(shown).toContain(part);
    expect(page({ kind: 'unsupported', unsupportedType: '85' })).toContain('unsupported (85)');
    expect(page({ extras: { mood: 5 } })).toContain('&quot;mood&quot;: 5');
    expect(page({ timeMs: null, localTime: '2020-12-31T23:59' })).toContain('2020-12-31');
  });
  it('shows earlier versions, whom an event is about, and how long and how large a file is', () => {
    const timeMs = Date.UTC(2024, 0, 2, 3, 4);
    const edited = page({ edits: [{ timeMs, textBefore: 'hj' }, { timeMs }] });
    expect(edited).toContain('<summary>Earlier versions, each until</summary>');
    expect(edited).toMatch(
      /2024-01-02 03:04<\/time> <span dir="auto">hj<\/span><\/li><li><time[^>]*>2024-01-02 03:04<\/time><\/li>/,
    );
    expect(page({ edits: [{ timeMs }] })).toContain('<summary>Edited</summary>');
    expect(page({ edits: [] })).not.toContain('Edited');
    const added = { kind: 'system', system: { action: '12', participantIds: ['a', 'b'] } } as const;
    expect(page({ ...added, extras: { event: 'Added' } })).toContain('Notice: Added · Anna, b<');
    expect(page({ kind: 'system', system: { action: '1', value: 'Walks', participantIds: ['a'] } })).toContain(
      '>Anna<',
    );
    const sound = { kind: 'audio', media: { durationSeconds: 3723.4, sizeBytes: 1_234_567 } } as const;
    expect(page(sound)).toContain('Audio: 1:02:03 · 1.23 MB<');
    expect(page({ ...sound, media: { durationSeconds: 7, sizeBytes: 512 } })).toContain('Audio: 0:07 · 512 bytes<');
    expect(page({ kind: 'call', call: { durationSeconds: 754 } })).toContain('Call: 12:34<');
  });
  it('shows who chose what in a poll, and whom a message names', () => {
    const votes = [
      { option: 'yes', senderId: 'a' },
      { option: 'yes', isFromSelf: true },
    ];
    const poll = page({ kind: 'poll', poll: { options: ['yes', 'no'] }, extras: { pollVotes: votes } });
    expect(poll).toContain('<p dir="auto">● yes <span class="kind">2: Anna, You</span></p><p dir="auto">○ no</p>');
    expect(poll).not.toContain('More from the source');
    // a vote that stands nowhere stays in sight
    const gone = { option: 'gone', senderId: 'a' };
    expect(page({ kind: 'poll', poll: { options: ['yes'] }, extras: { pollVotes: [gone] } })).toContain(
      '&quot;gone&quot;',
    );
    const named = page({ text: 'hi \ufffc!', extras: { mentions: ['a'] } });
    expect(named).toContain('<p dir="auto">hi @Anna!</p>');
    const unnamed = page({ text: 'hi', extras: { mentions: ['a'] } });
    const event = page({ kind: 'system', system: { action: '12' }, extras: { event: 'Added' } });
    expect([named, unnamed, event].map((shown) => shown.includes('More from the source'))).toEqual([
      false,
      true,
      false,
    ]);
  });
  it('shows the small picture where the file is not there, and the file where it is', () => {
    const image: Partial<Message> = { kind: 'image', extras: { thumbnail: 'ffd8ff00', mood: 5 } };
    const alone = page(image);
    expect(alone).toContain('<img class="small" src="data:image/jpeg;base64,/9j/AA==" alt="Preview: Image"');
    expect(alone).toContain('&quot;mood&quot;: 5');
    expect(alone).not.toContain('ffd8ff00');
    const source = sourceOf([{ ...conversation, messages: [{ ...message, ...image }] }]);
    const { pieces } = run(htmlPages(source, { mediaPath: () => 'media/1.jpg' }));
    const beside = pieces.find(({ name }) => name.startsWith('chat'))!.content;
    expect(beside).toContain('<img src="media/1.jpg"');
    expect(beside).not.toContain('data:image');
  });
  const hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\0\'&';
  it.each<[string, Partial<Message>, Partial<Conversation>]>([
    ['text', { text: hostile }, {}],
    ['id', { id: hostile }, {}],
    ['sender', { senderId: hostile }, {}],
    ['local time', { timeMs: null, localTime: hostile }, {}],
    ['type', { kind: 'unsupported', unsupportedType: hostile }, {}],
    ['media', { kind: 'image', media: { name: hostile, path: hostile } }, {}],
    ['quote', { quote: { text: hostile, senderId: hostile } }, {}],
    ['reaction', { reactions: [{ senderId: hostile, text: hostile }] }, {}],
    ['system', { kind: 'system', system: { action: hostile, value: hostile } }, {}],
    ['edit', { edits: [{ timeMs: 0, textBefore: hostile }] }, {}],
    ['people of an event', { kind: 'system', system: { action: 'x', participantIds: [hostile] } }, {}],
    ['place', { kind: 'location', place: { latitude: 1, longitude: 1, name: hostile, address: hostile } }, {}],
    ['contact', { kind: 'contact', contacts: [hostile] }, {}],
    ['poll', { kind: 'poll', poll: { options: [hostile] } }, {}],
    [
      'vote',
      { kind: 'poll', poll: { options: ['a'] }, extras: { pollVotes: [{ option: 'a', senderId: hostile }] } },
      {},
    ],
    ['mention', { text: '\ufffc', extras: { mentions: [hostile] } }, {}],
    ['thumbnail', { text: hostile, extras: { thumbnail: `ffd8ff"${hostile}` } }, {}],
    ['extras', { extras: { fact: hostile, list: [{ more: hostile }] } }, {}],
    ['extras of a conversation', {}, { extras: { fact: hostile } }],
    ['title', {}, { title: hostile }],
    ['name', {}, { participants: [{ id: 'a', name: hostile }] }],
  ])('escapes markup in %s', (_name, own, about) => {
    const shown = page(own, about);
    expect(withoutSearch(shown)).not.toMatch(/<script|<img|onerror=alert\(1\)>|\u202e|\0/);
    expect(shown).toContain('&lt;script&gt;');
  });
  property.prop([contents])('never lets source text become markup', (all) => {
    const tags = /<\/?([a-z][a-z0-9]*)/gi;
    const allowed = new Set(
      'html head meta title link body main h1 p ul li a span nav ol b time blockquote pre details summary label input output'.split(
        ' ',
      ),
    );
    for (const { name, content } of run(htmlPages(sourceOf(all))).pieces) {
      expect(name).toMatch(/^(?:index\.html|style\.css|chat-\d{5}-\d{5}\.html)$/);
      const rest = withoutSearch(content);
      for (const [, tag] of rest.matchAll(tags)) expect(allowed.has(tag!.toLowerCase()), tag).toBe(true);
      expect(rest).not.toContain('<script');
    }
  });
});

describe('messagesBetween', () => {
  property.prop([fc.nat({ max: 6 }), fc.nat({ max: 8 }), fc.nat({ max: 8 })], { numRuns: 50 })(
    'counts from the oldest when the source knows no shorter way',
    (count, from, to) => {
      const own = Array.from({ length: count }, (_, index) => ({ id: String(index) }) as Message);
      const [conversation] = sourceOf([
        { id: 'c', kind: 'direct', title: 'C', participants: [], messages: own },
      ]).conversations();
      expect([...messagesBetween(conversation!, from, to)]).toEqual(own.slice(from, Math.max(from, to)));
    },
  );
});
