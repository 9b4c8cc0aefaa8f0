-- AlterTable
ALTER TABLE "accounts" ADD COLUMN     "closed_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "budgets" ADD COLUMN     "vetoed_until" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "ledger_leaves" ALTER COLUMN "account_id" DROP NOT NULL,
ALTER COLUMN "number" DROP NOT NULL;

-- AlterTable
ALTER TABLE "registrations" ADD COLUMN     "new_start_id" UUID;

-- AlterTable
ALTER TABLE "repositories" ADD COLUMN     "removed_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "new_starts" (
    "account_id" UUID NOT NULL,
    "new_start_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "begun_at" TIMESTAMPTZ(3) NOT NULL,
    "opens_at" TIMESTAMPTZ(3) NOT NULL,
    "closes_at" TIMESTAMPTZ(3) NOT NULL,
    "owner_generation" INTEGER NOT NULL,
    "key_id" BYTEA NOT NULL,
    "owner_public_key" BYTEA NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "undo_until" TIMESTAMPTZ(3),
    "step_at" TIMESTAMPTZ(3),

    CONSTRAINT "new_starts_pkey" PRIMARY KEY ("account_id","new_start_id")
);

-- CreateTable
CREATE TABLE "account_deletions" (
    "account_id" UUID NOT NULL,
    "deletion_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "asked_by" TEXT NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "step_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_deletions_pkey" PRIMARY KEY ("account_id")
);

-- CreateIndex
CREATE INDEX "new_starts_step_at_idx" ON "new_starts"("step_at");

-- CreateIndex
CREATE INDEX "account_deletions_step_at_idx" ON "account_deletions"("step_at");

-- CreateIndex
CREATE INDEX "repositories_removed_at_idx" ON "repositories"("removed_at");

-- By hand: what Prisma's schema cannot say.

ALTER TABLE "new_starts" ADD CONSTRAINT "new_starts_state"
  CHECK ("state" IN ('pending', 'cancelled', 'expired', 'finished', 'undone', 'settled'));
ALTER TABLE "new_starts" ADD CONSTRAINT "new_starts_order" CHECK ("begun_at" <= "opens_at" AND "opens_at" < "closes_at");
ALTER TABLE "account_deletions" ADD CONSTRAINT "account_deletions_state" CHECK ("state" IN ('waiting', 'closed'));
ALTER TABLE "account_deletions" ADD CONSTRAINT "account_deletions_asked_by" CHECK ("asked_by" IN ('owner', 'login'));
