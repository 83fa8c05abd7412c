-- Who has had which circuit closed by hand, when and why: written before it is closed.
CREATE TABLE circuit_resets (
    tenant_id  uuid        NOT NULL,
    reset_id   uuid        NOT NULL,
    dependency text        NOT NULL CHECK (dependency <> ''),
    who        text        NOT NULL CHECK (who <> ''),
    why        text        NOT NULL CHECK (why <> ''),
    at         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, reset_id)
);
CREATE INDEX idx_circuit_resets_tenant_at ON circuit_resets (tenant_id, at);
CALL protect_table('circuit_resets');
CALL keep_table('circuit_resets');
CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON circuit_resets
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT SELECT ON circuit_resets TO autobiz_app, autobiz_read;
GRANT INSERT ON circuit_resets TO autobiz_app;
