export { axeFaults } from './axe-faults';
export type { S3Bucket, S3Version } from './s3-fake/s3-bucket';
export { startS3Fake, type S3Fake, type S3FakeOptions } from './s3-fake/s3-fake';
export type { HttpFault, HttpFaults } from './http-fake/http-faults';
export { startDriveFake, type DriveFake, type DriveFakeOptions } from './drive-fake/drive-fake';
export { startICloudFake, type ICloudFake, type ICloudFakeOptions } from './icloud-fake/icloud-fake';
export { startWebDavFake, type WebDavFake, type WebDavFakeOptions } from './webdav-fake/webdav-fake';
export { startPushService, Subscriber, verifyVapid, type PushService, type TakenPush } from './messengers/push-service';
export { answerOf, startSmtpSink, type SmtpSink, type TakenMail } from './messengers/smtp-sink';
export { makeCertificate, type TestCertificate } from './messengers/test-certificate';
export { phoneKeyFile, testKeyDigits, writeCryptFile, type CryptFileRecipe } from './foreign-backups/crypt-file';
export { delimited, protobuf, varint, type ProtobufInput } from './foreign-backups/protobuf';
export { testAci, testRecoveryKey, writeSignalFile, type SignalFileRecipe } from './foreign-backups/signal-file';
export {
  androidStatement,
  testPassphrase,
  writeAndroidFile,
  type AndroidFileRecipe,
} from './foreign-backups/android-file';
export { peakMemoryOf } from './peak-memory';
export { unusedPort } from './unused-port';
