-- AlterTable
ALTER TABLE "purge_objects" ADD COLUMN     "certificate_id" UUID;

-- CreateIndex
CREATE INDEX "purge_objects_changed_at_idx" ON "purge_objects"("changed_at");

-- CreateIndex
CREATE INDEX "purge_objects_object_id_idx" ON "purge_objects"("object_id");
