import { messageKinds, type Conversation, type Message } from '@coffer/chat-model';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { MessageRow } from './message-row';

const conversation: Conversation = {
  id: 'c',
  kind: 'group',
  title: 'A <b>group</b>',
  participants: [{ id: 'ada', name: '<script>alert(1)</script>' }],
};
const message: Message = {
  id: '1',
  senderId: 'ada',
  isFromSelf: false,
  timeMs: new Date(2026, 10, 23, 10, 4).getTime(),
  kind: 'text',
  text: '<img src=x onerror=alert(1)> javascript:alert(1)',
};
const show = (changes: Partial<Message>, before?: Message): string =>
  renderToStaticMarkup(
    <MessageRow
      conversation={conversation}
      message={{ ...message, ...changes }}
      before={before}
      isFirst={before === undefined}
      nowMs={new Date(2026, 10, 23, 12, 0).getTime()}
    />,
  );

describe('MessageRow', () => {
  it('shows whatever comes from the backup as text, also names', () => {
    const markup = show({
      quote: { senderId: 'ada', text: '<i>quoted</i>' },
      media: { name: '<svg onload=alert(1)>' },
      reactions: [{ senderId: null, text: '<b>' }],
      poll: { options: ['<u>yes</u>'] },
    });
    expect(markup).not.toMatch(/<(?:img|script|i|b|u|svg onload)[\s>]/);
    expect(markup).toContain('&lt;img src=x onerror=alert(1)&gt; javascript:alert(1)');
    expect(markup).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(markup).not.toContain('href');
  });

  it('shows who chose what in a poll, and whom a message names', () => {
    const pollVotes = [
      { option: 'yes', senderId: 'ada' },
      { option: 'yes', isFromSelf: true },
    ];
    const [ada] = conversation.participants;
    const name = ada!.name!.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    const markup = show({ poll: { options: ['yes', 'no'] }, extras: { pollVotes } });
    expect(markup).toContain(`2: ${name}, You</bdi>`);
    expect(markup).toMatch(/>no<\/li>/);
    expect(show({ text: 'hi \ufffc', extras: { mentions: ['ada'] } })).toContain(`hi @${name}`);
  });

  it('says how far an own message came, in words, and nothing of what it does not know', () => {
    const own = { isFromSelf: true, senderId: null };
    expect(show({ ...own, delivery: 'read' })).toMatch(/<svg[^>]*aria-hidden="true".*<\/svg>Read</);
    expect(show({ ...own, delivery: 'failed' })).toContain('Not sent<');
    expect(show({ ...own, extras: { delivery: '<b>' } })).not.toMatch(/Read|Sent|<b>/);
    expect(show({ delivery: 'read' })).not.toContain('Read<');
  });

  it.each<[string, Partial<Message>, string]>([
    ['in a reader’s words', { extras: { event: 'group <b>created' } }, '<bdi>Group &lt;b&gt;created</bdi>'],
    ['by its number where nobody has words', {}, '<bdi>Event “11”</bdi>'],
    ['with its new value', { system: { action: '1', value: 'New' }, extras: { event: 'x' } }, '<bdi>X: New</bdi>'],
    ['in words of its own', { system: { action: 'line', value: 'Anna left' } }, '<bdi>Anna left</bdi>'],
  ])('shows an event %s', (_how, changes, expected) => {
    const { text: _text, ...wordless } = message;
    const event: Message = { ...wordless, kind: 'system', system: { action: '11' }, ...changes };
    const markup = renderToStaticMarkup(
      <MessageRow conversation={conversation} message={event} before={undefined} isFirst nowMs={0} />,
    );
    expect(markup).toContain(expected);
  });

  it.each(messageKinds)('shows something for the kind %s without any text', (kind) => {
    const markup = renderToStaticMarkup(
      <MessageRow
        conversation={conversation}
        message={{
          id: '1',
          senderId: null,
          isFromSelf: true,
          timeMs: null,
          kind,
          ...(kind === 'unsupported' ? { unsupportedType: '77' } : {}),
        }}
        before={undefined}
        isFirst
        nowMs={0}
      />,
    );
    expect(markup.replace(/<[^>]+>/g, '').length).toBeGreaterThan(3);
    expect(markup).not.toContain('ui.');
  });

  it('starts a day where the day changes and not within one', () => {
    expect(show({})).toContain('Today');
    expect(show({}, message)).not.toContain('Today');
    expect(show({}, { ...message, timeMs: new Date(2026, 10, 22, 23, 59).getTime() })).toContain('Today');
  });

  it('names the sender once in a run', () => {
    const name = '&lt;script&gt;alert(1)&lt;/script&gt;';
    expect(show({})).toContain(`font-semibold`);
    expect(show({}, message)).toContain(`sr-only">${name}`);
  });

  it('says deleted, edited, forwarded, starred and view once', () => {
    expect(show({ kind: 'deleted' })).toContain('This message was deleted.');
    const marked = show({ marks: ['edited', 'forwarded', 'starred', 'view-once'] });
    for (const mark of ['edited', 'Forwarded', 'Starred', 'View once']) expect(marked).toContain(mark);
  });

  it('bears no inline style, which the policy of the page would refuse', () => {
    expect(show({ quote: { text: 'q' }, media: { name: 'a' } })).not.toContain('style=');
  });
});
