export { conversationKinds, type Conversation, type ConversationKind, type Participant } from './conversation';
export { ChatModelError } from './errors';
export { type Extra, type Extras } from './extras';
export {
  messageKinds,
  messageMarks,
  type Call,
  type Edit,
  type MediaReference,
  type Message,
  type MessageKind,
  type MessageMark,
  type Place,
  type Poll,
  type Quote,
  type Reaction,
  type SystemEvent,
} from './message';
export { messagesBetween, type ChatCounts, type ChatSource, type ConversationSource } from './source';
export { conversationFromCbor, conversationToCbor } from './conversation-codec';
export { chatLimits, maximumInstantMs } from './limits';
export { cutSegments, decodeSegment, encodeSegment, encodeSegments, type EncodedSegment } from './segment';
export { wordsWithNames } from './named-mentions';
export { votesByOption, type PollVote } from './poll-votes';
export { deliveryStates, type Arrival, type DeliveryState, type Receipt } from './delivery';
export { eventWords } from './event-words';
export { htmlPages, type HtmlFile, type HtmlOptions } from './html-export';
export { mergeSources } from './merge/merge-sources';
export { jsonDocument, jsonDocumentOf } from './json-export';
export { conversationFromJson, jsonDocumentHead, messageFromJson } from './json-import';
export { Scrambler } from './scramble/scrambler';
export {
  excerptOf,
  matchesQuery,
  parseSearchQuery,
  searchableText,
  type Excerpt,
  type SearchQuery,
} from './search/search-query';
export { foldText } from './search/fold-text';
export { someConversations } from './some-conversations';
