import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import {
  Alert,
  Button,
  ChoiceCards,
  DigitsField,
  Dialog,
  EmptyState,
  PasswordField,
  ProgressBar,
  Skeleton,
} from '../index';

const nothing = (): void => undefined;
const key = '0123456789abcdef'.repeat(4);

describe('DigitsField', () => {
  const show = (value: string): string =>
    renderToStaticMarkup(<DigitsField label="Key" value={value} onChange={nothing} error="another backup" />);
  it('shows no error before 64 digits are there', () => {
    expect(show(key.slice(1))).not.toContain('another backup');
    expect(show(key.slice(1))).toContain('63 of 64 digits');
    expect(show(key.slice(1))).not.toContain('aria-invalid=');
  });
  it('shows the error when all 64 are there', () => {
    expect(show(key)).toContain('another backup');
    expect(show(key)).toContain('aria-invalid="true"');
  });
  it('says how many are too many', () => {
    expect(show(`${key}ab`)).toContain('66 digits: that is 2 too many');
  });
  it('asks browsers not to keep, correct or send what is typed', () => {
    expect(show('')).toMatch(/autoComplete="off".*spellCheck="false"/i);
  });
});

describe('PasswordField', () => {
  it('is a password field that password managers know, tied to its error', () => {
    const markup = renderToStaticMarkup(<PasswordField label="Password" value="" onChange={nothing} error="wrong" />);
    expect(markup).toContain('type="password"');
    expect(markup).toContain('autoComplete="current-password"');
    const described = /aria-describedby="([^"]+)"/.exec(markup)?.[1];
    expect(markup).toContain(`id="${described}"`);
    expect(markup).toContain('aria-label="Show password"');
  });
});

describe('Button', () => {
  it('keeps its focus and says that it is busy', () => {
    const markup = renderToStaticMarkup(<Button isBusy>Unlock</Button>);
    expect(markup).toContain('aria-busy="true"');
    expect(markup).not.toContain(' disabled=""');
  });
});

describe('Alert', () => {
  it('interrupts only when it is loud', () => {
    expect(renderToStaticMarkup(<Alert tone="danger" title="t" />)).toContain('role="alert"');
    expect(renderToStaticMarkup(<Alert tone="info" title="t" />)).toContain('role="status"');
  });
});

describe('ProgressBar', () => {
  it('shows bytes, rate and time left', () => {
    const rate = { bytesPerSecond: 1_000_000, secondsLeft: 8 };
    const markup = renderToStaticMarkup(<ProgressBar label="Reading" doneBytes={2e6} totalBytes={1e7} rate={rate} />);
    expect(markup).toContain('2 MB of 10 MB · 1 MB per second · about 8 seconds left');
    expect(markup).toContain('value="2000000"');
  });
  it('moves without a measure where the end is unknown', () => {
    expect(renderToStaticMarkup(<ProgressBar label="Opening" doneBytes={0} totalBytes={null} />)).not.toContain(
      'value',
    );
  });
});

describe('what is rendered on a server', () => {
  it('bears no inline style, which the policy of the page would refuse', () => {
    const markup = renderToStaticMarkup(
      <>
        <Skeleton label="Loading" />
        <EmptyState title="Nothing">why</EmptyState>
        <Dialog isOpen={false} title="t" onClose={nothing}>
          text
        </Dialog>
        <ChoiceCards legend="l" value="a" choices={[{ value: 'a', title: 'A' }]} onChange={nothing} />
        <ProgressBar label="Reading" doneBytes={1} totalBytes={2} />
        <DigitsField label="Key" value="" onChange={nothing} />
      </>,
    );
    expect(markup).not.toContain('style=');
  });
});
