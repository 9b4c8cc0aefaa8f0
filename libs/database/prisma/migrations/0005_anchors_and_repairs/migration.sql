-- AlterTable
ALTER TABLE "ledger_state" ADD COLUMN     "anchored_note" TEXT;

-- CreateTable
CREATE TABLE "ledger_anchors" (
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "note" TEXT NOT NULL,
    "acknowledged_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_anchors_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "repairs" (
    "repair_id" UUID NOT NULL,
    "scope" TEXT NOT NULL,
    "account_id" UUID,
    "reason" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "proposed_by" TEXT NOT NULL,
    "proposed_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "mac" BYTEA NOT NULL,
    "plan" BYTEA NOT NULL,
    "approved_by" TEXT,
    "approved_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "outcome" BYTEA,

    CONSTRAINT "repairs_pkey" PRIMARY KEY ("repair_id")
);

-- CreateIndex
CREATE INDEX "repairs_proposed_at_idx" ON "repairs"("proposed_at");
