-- CreateTable
CREATE TABLE "notice_channels" (
    "account_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "target_sealed" BYTEA,
    "sealing_epoch" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "wrong_codes" SMALLINT NOT NULL DEFAULT 0,
    "confirmed_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "last_sent_at" TIMESTAMPTZ(3),
    "failure" TEXT,
    "failed_at" TIMESTAMPTZ(3),

    CONSTRAINT "notice_channels_pkey" PRIMARY KEY ("account_id","channel_id")
);

-- CreateTable
CREATE TABLE "notice_settings" (
    "account_id" UUID NOT NULL,
    "quiet_from" SMALLINT,
    "quiet_to" SMALLINT,
    "time_zone" TEXT,
    "muted" TEXT[],
    "changed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "notice_settings_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "notice_outbox" (
    "account_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "notice_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "attempts" SMALLINT NOT NULL DEFAULT 0,
    "leased_until" TIMESTAMPTZ(3),

    CONSTRAINT "notice_outbox_pkey" PRIMARY KEY ("account_id","channel_id","notice_id")
);

-- CreateTable
CREATE TABLE "key_checks" (
    "account_id" UUID NOT NULL,
    "proven_at" TIMESTAMPTZ(3) NOT NULL,
    "next_at" TIMESTAMPTZ(3) NOT NULL,
    "asked_at" TIMESTAMPTZ(3),
    "answered_at" TIMESTAMPTZ(3),
    "failures" SMALLINT NOT NULL DEFAULT 0,

    CONSTRAINT "key_checks_pkey" PRIMARY KEY ("account_id")
);

-- CreateIndex
CREATE INDEX "notice_outbox_due_at_idx" ON "notice_outbox"("due_at");

-- CreateIndex
CREATE INDEX "key_checks_next_at_idx" ON "key_checks"("next_at");

-- Accounts that were claimed before: their checks begin with the newest of their keyslots.
INSERT INTO "key_checks" ("account_id", "proven_at", "next_at")
SELECT "account_id", max("proven_at"), max("proven_at") + interval '1 day'
FROM "keyslots" WHERE "state" = 'active' GROUP BY "account_id";
