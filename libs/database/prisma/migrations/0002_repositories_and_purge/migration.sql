-- CreateTable
CREATE TABLE "purge_mandates" (
    "account_id" UUID NOT NULL,
    "consent_at" TIMESTAMPTZ(3),
    "start_at" TIMESTAMPTZ(3),
    "start_generation" INTEGER,
    "grace_seconds" INTEGER,
    "stopped_at" TIMESTAMPTZ(3),
    "statement" BYTEA,
    "signature" BYTEA,
    "body" BYTEA,

    CONSTRAINT "purge_mandates_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "purge_rounds" (
    "account_id" UUID NOT NULL,
    "purge_id" UUID NOT NULL,
    "fencing_token" BIGINT NOT NULL DEFAULT 0,
    "leased_until" TIMESTAMPTZ(3),
    "record" BYTEA NOT NULL,
    "started_at" TIMESTAMPTZ(3),

    CONSTRAINT "purge_rounds_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "purge_objects" (
    "account_id" UUID NOT NULL,
    "object_id" UUID NOT NULL,
    "revision" BIGINT NOT NULL,
    "copy_hash" BYTEA NOT NULL,
    "state" TEXT NOT NULL,
    "bucket" TEXT NOT NULL,
    "reason" TEXT,
    "provider" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "sha256" BYTEA,
    "due_at" TIMESTAMPTZ(3),
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "record" BYTEA NOT NULL,

    CONSTRAINT "purge_objects_pkey" PRIMARY KEY ("account_id","object_id")
);

-- CreateTable
CREATE TABLE "purge_certificates" (
    "account_id" UUID NOT NULL,
    "certificate_id" UUID NOT NULL,
    "note" TEXT NOT NULL,
    "body_hash" BYTEA NOT NULL,
    "names" TEXT[],
    "objects" INTEGER NOT NULL,
    "bytes" BIGINT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3) NOT NULL,
    "event_number" BIGINT NOT NULL,

    CONSTRAINT "purge_certificates_pkey" PRIMARY KEY ("account_id","certificate_id")
);

-- CreateTable
CREATE TABLE "repositories" (
    "account_id" UUID NOT NULL,
    "repository_id" BYTEA NOT NULL,
    "key_id" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "head_generation" BIGINT NOT NULL DEFAULT 0,
    "head_hash" BYTEA,
    "head_statement" BYTEA,
    "head_signature" BYTEA,
    "head_body" BYTEA,
    "prune_generation" BIGINT NOT NULL DEFAULT 0,
    "head_at" TIMESTAMPTZ(3),

    CONSTRAINT "repositories_pkey" PRIMARY KEY ("account_id","repository_id")
);

-- CreateTable
CREATE TABLE "proofs" (
    "account_id" UUID NOT NULL,
    "proof_id" UUID NOT NULL,
    "repository_id" BYTEA NOT NULL,
    "snapshot_id" TEXT NOT NULL,
    "key_id" BYTEA NOT NULL,
    "owner_generation" INTEGER NOT NULL,
    "owner_public_key" BYTEA NOT NULL,
    "head_hash" BYTEA NOT NULL,
    "proof_hash" BYTEA NOT NULL,
    "statement" BYTEA NOT NULL,
    "signature" BYTEA NOT NULL,
    "body" BYTEA NOT NULL,
    "accepted_at" TIMESTAMPTZ(3) NOT NULL,
    "compared_at" TIMESTAMPTZ(3),

    CONSTRAINT "proofs_pkey" PRIMARY KEY ("account_id","proof_id")
);

-- CreateTable
CREATE TABLE "proof_objects" (
    "account_id" UUID NOT NULL,
    "proof_id" UUID NOT NULL,
    "object_index" INTEGER NOT NULL,
    "repository_id" BYTEA NOT NULL,
    "path" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "sha256" BYTEA NOT NULL,

    CONSTRAINT "proof_objects_pkey" PRIMARY KEY ("account_id","proof_id","object_index")
);

-- CreateTable
CREATE TABLE "pins" (
    "account_id" UUID NOT NULL,
    "pin_id" UUID NOT NULL,
    "repository_id" BYTEA NOT NULL,
    "proof_id" UUID NOT NULL,
    "snapshot_id" TEXT NOT NULL,
    "item_path" TEXT NOT NULL,
    "sha256" BYTEA NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "provider" TEXT NOT NULL,
    "location" TEXT NOT NULL,
    "object_id" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "objects" INTEGER[],
    "pinned_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_by" TEXT,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "pins_pkey" PRIMARY KEY ("account_id","pin_id")
);

-- CreateIndex
CREATE INDEX "purge_objects_bucket_state_idx" ON "purge_objects"("bucket", "state");

-- CreateIndex
CREATE UNIQUE INDEX "purge_objects_account_id_copy_hash_key" ON "purge_objects"("account_id", "copy_hash");

-- CreateIndex
CREATE UNIQUE INDEX "repositories_repository_id_key" ON "repositories"("repository_id");

-- CreateIndex
CREATE INDEX "proof_objects_account_id_repository_id_path_idx" ON "proof_objects"("account_id", "repository_id", "path");

-- CreateIndex
CREATE INDEX "pins_account_id_repository_id_sha256_idx" ON "pins"("account_id", "repository_id", "sha256");

-- CreateIndex
CREATE INDEX "pins_account_id_proof_id_idx" ON "pins"("account_id", "proof_id");

-- What Prisma cannot express.
ALTER TABLE "repositories"
    ADD CONSTRAINT "repositories_id_length" CHECK (octet_length("repository_id") = 16),
    ADD CONSTRAINT "repositories_head_whole" CHECK (("head_generation" = 0) = ("head_body" IS NULL));
ALTER TABLE "purge_objects"
    ADD CONSTRAINT "purge_objects_bucket" CHECK ("bucket" IN ('waiting', 'kept', 'failed', 'done')),
    ADD CONSTRAINT "purge_objects_revision" CHECK ("revision" > 0);
ALTER TABLE "pins"
    ADD CONSTRAINT "pins_ended" CHECK (("ended_by" IS NULL) = ("ended_at" IS NULL) AND ("ended_by" IS NULL OR "ended_by" IN ('superseded', 'released')));
