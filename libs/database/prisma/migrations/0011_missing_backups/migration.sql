-- AlterTable
ALTER TABLE "repositories" ADD COLUMN     "backup_at" TIMESTAMPTZ(3),
ADD COLUMN     "backup_notice_days" SMALLINT NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "repositories_backup_at_idx" ON "repositories"("backup_at");

-- Which heads of the past were backups is not known: the last one counts as one.
UPDATE "repositories" SET "backup_at" = "head_at";
ALTER TABLE "repositories" ADD CONSTRAINT "repositories_backup_notice_days" CHECK ("backup_notice_days" IN (0, 7, 30));
