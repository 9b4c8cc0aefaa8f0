import { describe, expect, it } from 'vitest';
import * as webUi from './index';

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(webUi).sort()).toEqual([
      'Alert',
      'Avatar',
      'Button',
      'ButtonLink',
      'Checkbox',
      'ChoiceCards',
      'ConversationList',
      'Dialog',
      'DigitsField',
      'EmptyState',
      'Field',
      'MessageList',
      'MessageRow',
      'PasswordField',
      'ProgressBar',
      'Skeleton',
      'TextField',
      'TextProvider',
      'createMessagePages',
      'createTransferEstimator',
      'createTranslate',
      'digitCount',
      'formatBytes',
      'formatDay',
      'formatDuration',
      'formatInstant',
      'formatLength',
      'formatMessage',
      'formatRecent',
      'formatTime',
      'groupDigits',
      'onlyDigits',
      'useText',
      'webUiEnglish',
    ]);
  });
});
