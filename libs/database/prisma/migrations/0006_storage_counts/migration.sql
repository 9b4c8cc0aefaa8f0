-- CreateTable
CREATE TABLE "storage_counts" (
    "id" SMALLINT NOT NULL,
    "objects" BIGINT,
    "bytes" BIGINT,
    "counted_at" TIMESTAMPTZ(3),
    "running_since" TIMESTAMPTZ(3),
    "running_after" TEXT,
    "running_objects" BIGINT NOT NULL DEFAULT 0,
    "running_bytes" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "storage_counts_pkey" PRIMARY KEY ("id")
);
