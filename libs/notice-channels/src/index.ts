export {
  channelChoice,
  channelVariables,
  checkChannelVariables,
  type ChannelChoice,
  type EmailChoice,
  type PushChoice,
} from './channel-variables';
export { NoticeChannelError } from './errors';
export { openChannels, type OpenChannels } from './open-channels';
export { generatePushKey, isPushPoint, pushPublicKey } from './push-key';
export { isOfPushService } from './push-services';
export { openSmtpMailer, type EmailSecrets, type SmtpMailer } from './smtp-mailer';
export { openWebPusher } from './web-pusher';
