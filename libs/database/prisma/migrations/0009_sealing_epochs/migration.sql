-- AlterTable
ALTER TABLE "sealing_epochs" ADD COLUMN     "ended_at" TIMESTAMPTZ(3),
ADD COLUMN     "resealed_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "notice_channels_sealing_epoch_idx" ON "notice_channels"("sealing_epoch");

-- CreateIndex
CREATE INDEX "password_records_sealing_epoch_idx" ON "password_records"("sealing_epoch");
