-- CreateTable
CREATE TABLE "accounts" (
    "account_id" UUID NOT NULL,
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "owner_generation" INTEGER NOT NULL DEFAULT 0,
    "key_id" BYTEA,
    "owner_public_key" BYTEA,
    "owner_bound_at" TIMESTAMPTZ(3),
    "sealed_at" TIMESTAMPTZ(3),
    "sealed_reason" TEXT,

    CONSTRAINT "accounts_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "budgets" (
    "account_id" UUID NOT NULL,
    "remaining" SMALLINT NOT NULL,
    "attempt" BIGINT NOT NULL DEFAULT 0,
    "next_guess_at" TIMESTAMPTZ(3),
    "active_serial" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "budgets_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "challenges" (
    "account_id" UUID NOT NULL,
    "challenge" BYTEA NOT NULL,
    "purpose" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "challenges_pkey" PRIMARY KEY ("account_id","challenge")
);

-- CreateTable
CREATE TABLE "notices" (
    "account_id" UUID NOT NULL,
    "notice_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "event_number" BIGINT,

    CONSTRAINT "notices_pkey" PRIMARY KEY ("account_id","notice_id")
);

-- CreateTable
CREATE TABLE "ledger_events" (
    "account_id" UUID NOT NULL,
    "number" BIGINT NOT NULL,
    "event" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,
    "mac" BYTEA NOT NULL,
    "salt" BYTEA NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "remaining" SMALLINT NOT NULL,
    "attempt" BIGINT NOT NULL,
    "next_at" TIMESTAMPTZ(3),
    "serial" BIGINT NOT NULL,

    CONSTRAINT "ledger_events_pkey" PRIMARY KEY ("account_id","number")
);

-- CreateTable
CREATE TABLE "ledger_queue" (
    "account_id" UUID NOT NULL,
    "number" BIGINT NOT NULL,
    "sequence" BIGSERIAL NOT NULL,

    CONSTRAINT "ledger_queue_pkey" PRIMARY KEY ("account_id","number")
);

-- CreateTable
CREATE TABLE "ledger_leaves" (
    "leaf_index" BIGINT NOT NULL,
    "account_id" UUID NOT NULL,
    "number" BIGINT NOT NULL,
    "entry" BYTEA NOT NULL,

    CONSTRAINT "ledger_leaves_pkey" PRIMARY KEY ("leaf_index")
);

-- CreateTable
CREATE TABLE "ledger_nodes" (
    "level" SMALLINT NOT NULL,
    "index" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "ledger_nodes_pkey" PRIMARY KEY ("level","index")
);

-- CreateTable
CREATE TABLE "ledger_state" (
    "id" SMALLINT NOT NULL,
    "tree_size" BIGINT NOT NULL,
    "root" BYTEA NOT NULL,
    "note" TEXT NOT NULL,
    "checkpoint_at" TIMESTAMPTZ(3) NOT NULL,
    "anchored_size" BIGINT NOT NULL,
    "anchored_at" TIMESTAMPTZ(3),
    "checked_at" TIMESTAMPTZ(3),
    "check_holds" BOOLEAN,

    CONSTRAINT "ledger_state_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "keyslots" (
    "account_id" UUID NOT NULL,
    "keyslot_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "key_id" BYTEA NOT NULL,
    "serial" BIGINT NOT NULL DEFAULT 0,
    "state" TEXT NOT NULL,
    "proven_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "keyslots_pkey" PRIMARY KEY ("account_id","keyslot_id")
);

-- CreateTable
CREATE TABLE "password_records" (
    "account_id" UUID NOT NULL,
    "serial" BIGINT NOT NULL,
    "purpose" TEXT NOT NULL DEFAULT 'recovery',
    "keyslot_id" UUID NOT NULL,
    "sealed" BYTEA NOT NULL,
    "sealing_epoch" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "password_records_pkey" PRIMARY KEY ("account_id","serial")
);

-- CreateTable
CREATE TABLE "registrations" (
    "account_id" UUID NOT NULL,
    "registration_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "serial" BIGINT NOT NULL,
    "previous_serial" BIGINT NOT NULL,
    "generation" INTEGER NOT NULL,
    "idempotency_key" TEXT NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "response" BYTEA NOT NULL,
    "salt_sealed" BYTEA,
    "record_sealed" BYTEA,
    "sealing_epoch" INTEGER NOT NULL,
    "record_hash" BYTEA,
    "owner_public_key" BYTEA,
    "key_id" BYTEA,
    "evaluations" SMALLINT NOT NULL DEFAULT 0,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "registrations_pkey" PRIMARY KEY ("account_id","registration_id")
);

-- CreateTable
CREATE TABLE "logins" (
    "account_id" UUID NOT NULL,
    "login_id" UUID NOT NULL,
    "registration_id" UUID,
    "ke1_hash" BYTEA NOT NULL,
    "serial" BIGINT NOT NULL,
    "attempt" BIGINT NOT NULL,
    "remaining" SMALLINT NOT NULL,
    "next_guess_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "event_number" BIGINT NOT NULL,
    "ke2" BYTEA,
    "state_sealed" BYTEA,
    "sealing_epoch" INTEGER,
    "outcome" TEXT,
    "ke3_hash" BYTEA,
    "answer_sealed" BYTEA,

    CONSTRAINT "logins_pkey" PRIMARY KEY ("account_id","login_id")
);

-- CreateTable
CREATE TABLE "due_shreds" (
    "account_id" UUID NOT NULL,
    "serial" BIGINT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "due_shreds_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "vault_state" (
    "id" SMALLINT NOT NULL,
    "vault_id" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sealing_root_id" BYTEA NOT NULL,
    "opaque_public_key" BYTEA NOT NULL,
    "ledger_key" TEXT NOT NULL,
    "certificate_key" TEXT NOT NULL,
    "sealed_at" TIMESTAMPTZ(3),
    "sealed_reason" TEXT,

    CONSTRAINT "vault_state_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vault_secrets" (
    "name" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "sealing_epoch" INTEGER NOT NULL,

    CONSTRAINT "vault_secrets_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "sealing_epochs" (
    "epoch" INTEGER NOT NULL,
    "key_id" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "destroyed_at" TIMESTAMPTZ(3),

    CONSTRAINT "sealing_epochs_pkey" PRIMARY KEY ("epoch")
);

-- CreateIndex
CREATE UNIQUE INDEX "accounts_issuer_subject_key" ON "accounts"("issuer", "subject");

-- CreateIndex
CREATE INDEX "challenges_expires_at_idx" ON "challenges"("expires_at");

-- CreateIndex
CREATE INDEX "ledger_events_at_idx" ON "ledger_events"("at");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_leaves_account_id_number_key" ON "ledger_leaves"("account_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "password_records_account_id_purpose_key" ON "password_records"("account_id", "purpose");

-- CreateIndex
CREATE INDEX "registrations_expires_at_idx" ON "registrations"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "registrations_account_id_idempotency_key_request_hash_key" ON "registrations"("account_id", "idempotency_key", "request_hash");

-- CreateIndex
CREATE INDEX "logins_expires_at_idx" ON "logins"("expires_at");

-- CreateIndex
CREATE INDEX "due_shreds_due_at_idx" ON "due_shreds"("due_at");

-- By hand: what Prisma's schema cannot say.

-- A spend must be an update in place (HOT): leave room on every page, for rows never grow.
ALTER TABLE "budgets" SET (fillfactor = 50);

-- The last line of defence under the application's own checks (threat case A28).
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_remaining_range" CHECK ("remaining" BETWEEN 0 AND 10);
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_attempt_range" CHECK ("attempt" >= 0);
ALTER TABLE "registrations" ADD CONSTRAINT "registrations_evaluations_range" CHECK ("evaluations" BETWEEN 0 AND 3);
ALTER TABLE "ledger_events" ADD CONSTRAINT "ledger_events_number_range" CHECK ("number" >= 1);
ALTER TABLE "ledger_state" ADD CONSTRAINT "ledger_state_one_row" CHECK ("id" = 1);
ALTER TABLE "vault_state" ADD CONSTRAINT "vault_state_one_row" CHECK ("id" = 1);
