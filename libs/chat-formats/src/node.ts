export { identifyBackup, inspectBackup } from './node/inspect';
export { openBackup, openChatSource } from './node/open-backup';
export { type OpenBackupOptions } from './node/open-options';
export { openMsgstore, type MsgstoreOptions } from './whatsapp/msgstore/msgstore';
export { openSqliteBytes, openSqliteFile } from './node/sqlite-database';
export { openMediaPlace, type MediaPlaceOptions } from './node/media-place';
export { createMessageIndex } from './node/trigram-table';
