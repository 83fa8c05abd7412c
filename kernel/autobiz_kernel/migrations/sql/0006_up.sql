-- What people have said about runs that were over. It has moved nothing, and whoever audits sees that it was said.
CREATE TABLE hitl_late_decisions (
    tenant_id   uuid        NOT NULL,
    approval_id uuid        NOT NULL,
    approver    text        NOT NULL,
    verdict     text        NOT NULL CHECK (verdict IN ('approve', 'deny')),
    via         text        NOT NULL,
    reason      text        NOT NULL,
    is_override boolean     NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, approval_id, approver)
);
CALL protect_table('hitl_late_decisions');
CALL keep_table('hitl_late_decisions');
CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON hitl_late_decisions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT SELECT ON hitl_late_decisions TO autobiz_app, autobiz_read;
GRANT INSERT ON hitl_late_decisions TO autobiz_app;

-- Whoever waits for something to be due is told when that changes: a run is begun, one that nobody holds is due
-- earlier, an event is kept. The notice carries nothing, and of one transaction's there is one.
CREATE FUNCTION tell_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('autobiz_due', '');
    RETURN NULL;
END
$$;
CREATE TRIGGER tell_due_begun AFTER INSERT ON run_queue FOR EACH ROW EXECUTE FUNCTION tell_due();
CREATE TRIGGER tell_due_woken AFTER UPDATE OF due_at ON run_queue FOR EACH ROW
    WHEN (old.owner IS NULL AND new.owner IS NULL AND new.due_at < old.due_at) EXECUTE FUNCTION tell_due();
CREATE TRIGGER tell_due_kept AFTER INSERT ON event_store FOR EACH STATEMENT EXECUTE FUNCTION tell_due();
