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
