-- Nothing has ever written to this table: repair was not built.

-- DropIndex
DROP INDEX "repairs_proposed_at_idx";

-- AlterTable
ALTER TABLE "repairs" DROP COLUMN "account_id",
DROP COLUMN "approved_at",
DROP COLUMN "approved_by",
DROP COLUMN "mac",
DROP COLUMN "outcome",
DROP COLUMN "proposed_by",
ADD COLUMN     "begun_at" TIMESTAMPTZ(3),
ADD COLUMN     "plan_hash" BYTEA NOT NULL;

-- CreateTable
CREATE TABLE "repair_approvals" (
    "repair_id" UUID NOT NULL,
    "staff" TEXT NOT NULL,
    "approved_at" TIMESTAMPTZ(3) NOT NULL,
    "mac" BYTEA NOT NULL,

    CONSTRAINT "repair_approvals_pkey" PRIMARY KEY ("repair_id","staff")
);

-- CreateIndex
CREATE INDEX "repairs_plan_hash_idx" ON "repairs"("plan_hash");
