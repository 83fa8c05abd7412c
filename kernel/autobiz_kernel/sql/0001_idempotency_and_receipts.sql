-- One row per business act: who may cause its effect, and until when. tenant_id leads the key, so that
-- uniqueness can never relate two tenants.
CREATE TABLE idempotency (
    tenant_id     uuid        NOT NULL,
    key           bytea       NOT NULL CHECK (octet_length(key) = 32),
    fingerprint   bytea       NOT NULL CHECK (octet_length(fingerprint) = 32),
    epoch         bigint      NOT NULL CHECK (epoch > 0),
    first_seen_at timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL CHECK (expires_at > first_seen_at),
    lease_until   timestamptz NOT NULL,
    settled_at    timestamptz,
    PRIMARY KEY (tenant_id, key)
) WITH (fillfactor = 80);

-- The immutable proof of one effect. The primary key is the promise itself: one receipt for one act in one
-- window, whatever any worker believes. `json` and not `jsonb`, because a replay returns the very text.
CREATE TABLE receipts (
    tenant_id     uuid        NOT NULL,
    key           bytea       NOT NULL CHECK (octet_length(key) = 32),
    first_seen_at timestamptz NOT NULL,
    epoch         bigint      NOT NULL CHECK (epoch > 0),
    external_key  text        NOT NULL CHECK (external_key ~ '^autobiz:[0-9a-f]{32}$'),
    tool          text        NOT NULL,
    version       text        NOT NULL,
    operation     text        NOT NULL,
    arguments     json        NOT NULL,
    result        json        NOT NULL,
    settled_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, key, first_seen_at)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % refused: its rows are immutable; write a correcting row instead', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER receipts_keep_rows BEFORE UPDATE OR DELETE ON receipts
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipts_keep_table BEFORE TRUNCATE ON receipts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
