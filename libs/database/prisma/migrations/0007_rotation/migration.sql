-- AlterTable
ALTER TABLE "registrations" ADD COLUMN     "purpose" TEXT NOT NULL DEFAULT 'recovery';

-- CreateTable
CREATE TABLE "passkey_wraps" (
    "account_id" UUID NOT NULL,
    "keyslot_id" UUID NOT NULL,
    "key_id" BYTEA NOT NULL,
    "rp_id" TEXT NOT NULL,
    "credential_id" BYTEA NOT NULL,
    "prf_salt" BYTEA NOT NULL,
    "sealed_backup_key" BYTEA NOT NULL,

    CONSTRAINT "passkey_wraps_pkey" PRIMARY KEY ("account_id","keyslot_id")
);

-- What Prisma cannot express.
ALTER TABLE "registrations"
    ADD CONSTRAINT "registrations_purpose" CHECK ("purpose" IN ('recovery', 'rotation')),
    ADD CONSTRAINT "registrations_proven" CHECK ("state" <> 'proven' OR "purpose" = 'rotation');
ALTER TABLE "passkey_wraps"
    ADD CONSTRAINT "passkey_wraps_lengths" CHECK (octet_length("prf_salt") = 32 AND octet_length("sealed_backup_key") = 72);
