import { z } from 'zod';
import {
  addressConfirmation,
  keyCheck,
  newNoticeChannel,
  noticeChannel,
  noticePreferences,
  noticeSettings,
} from './notice-channels';
import { defineRoutes } from './route';
import { signedStatement } from './signed-statement';
import { uuidText } from './text-forms';

const channelParams = z.strictObject({ channelId: uuidText });

/** Where and when an account is told, and the check that its secret is still known. */
export const noticeRoutes = defineRoutes({
  getNoticeSettings: {
    method: 'GET',
    path: '/v1/notice-settings',
    tag: 'notices',
    summary: 'Channels, quiet hours and silenced topics.',
    auth: 'token',
    status: 200,
    response: { kind: 'json', schema: noticeSettings },
    problems: [],
    isIdempotent: true,
  },
  putNoticeSettings: {
    method: 'PUT',
    path: '/v1/notice-settings',
    tag: 'notices',
    summary: 'Replaces quiet hours and silenced topics. What is about security is told at once whatever they say.',
    auth: 'token',
    body: { kind: 'json', schema: noticePreferences },
    status: 200,
    response: { kind: 'json', schema: noticeSettings },
    problems: [],
    isIdempotent: true,
  },
  addNoticeChannel: {
    method: 'POST',
    path: '/v1/notice-channels',
    tag: 'notices',
    summary:
      'Adds an e-mail address, which gets a code to confirm it, or a push subscription. Every other channel is told.',
    auth: 'token',
    body: { kind: 'json', schema: newNoticeChannel },
    status: 201,
    response: { kind: 'json', schema: noticeChannel },
    problems: ['already-exists', 'too-many-channels', 'not-offered'],
    isIdempotent: false,
  },
  confirmNoticeChannel: {
    method: 'POST',
    path: '/v1/notice-channels/{channelId}/confirm',
    tag: 'notices',
    summary: 'Confirms an address with the code that was sent to it.',
    auth: 'token',
    params: channelParams,
    body: { kind: 'json', schema: addressConfirmation },
    status: 200,
    response: { kind: 'json', schema: noticeChannel },
    problems: ['not-found', 'wrong-code'],
    isIdempotent: false,
  },
  removeNoticeChannel: {
    method: 'DELETE',
    path: '/v1/notice-channels/{channelId}',
    tag: 'notices',
    summary: 'Removes a channel. A confirmed one is told so before it ends.',
    auth: 'token',
    params: channelParams,
    status: 204,
    response: { kind: 'none' },
    problems: ['not-found'],
    isIdempotent: false,
  },
  reportKeyCheck: {
    method: 'POST',
    path: '/v1/key-checks',
    tag: 'notices',
    summary: 'Reports how a check went whether the account’s secret is still known.',
    auth: 'owner',
    statement: { purpose: 'key-check', carrier: 'body' },
    body: { kind: 'json', schema: signedStatement },
    status: 200,
    response: { kind: 'json', schema: keyCheck },
    problems: ['not-found'],
    isIdempotent: false,
  },
});
