export { Avatar, type AvatarProps } from './chat/avatar';
export { ConversationList, type ConversationListProps } from './chat/conversation-list';
export { MessageList, type MessageListProps } from './chat/message-list';
export {
  createMessagePages,
  type MessagePages,
  type MessagePagesOptions,
  type PageState,
  type ReadMessages,
} from './chat/message-pages';
export { MessageRow, type MessageRowProps } from './chat/message-row';
export { Button, ButtonLink, type ButtonLinkProps, type ButtonProps, type ButtonVariant } from './controls/button';
export { Checkbox, type CheckboxProps } from './controls/checkbox';
export { ChoiceCards, type Choice, type ChoiceCardsProps } from './controls/choice-cards';
export { DigitsField, type DigitsFieldProps } from './controls/digits-field';
export { digitCount, groupDigits, onlyDigits } from './controls/digits-text';
export { Field, type FieldControl, type FieldProps } from './controls/field';
export { PasswordField, type PasswordFieldProps } from './controls/password-field';
export { TextField, type TextFieldProps } from './controls/text-field';
export { Alert, type AlertProps, type AlertTone } from './feedback/alert';
export { Dialog, type DialogProps } from './feedback/dialog';
export { EmptyState, type EmptyStateProps } from './feedback/empty-state';
export { ProgressBar, type ProgressBarProps } from './feedback/progress-bar';
export { Skeleton, type SkeletonProps } from './feedback/skeleton';
export { createTransferEstimator, type TransferEstimator, type TransferRate } from './feedback/transfer-rate';
export { formatBytes } from './format/bytes';
export { formatDay, formatInstant, formatRecent, formatTime } from './format/dates';
export { formatDuration, formatLength } from './format/durations';
export { webUiEnglish, type WebUiTextKey } from './text/english';
export { formatMessage, type MessageValues } from './text/format-message';
export { TextProvider, useText, type TextProviderProps } from './text/text-provider';
export { createTranslate, type Translate } from './text/translate';
