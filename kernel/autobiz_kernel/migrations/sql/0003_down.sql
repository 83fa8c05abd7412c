DROP FUNCTION begin_many(json), queue_many(json), signals_many(json);
DROP FUNCTION start_run(uuid, uuid, text, text, text, bytea, text, text, timestamptz),
    lease_runs(uuid[], uuid, bytea[], uuid, timestamptz, timestamptz, int),
    renew_lease(uuid, uuid, bigint, timestamptz),
    suspend_run(uuid, uuid, bigint, bigint, timestamptz, timestamptz, jsonb),
    finish_run(uuid, uuid, bigint), wake_run(uuid, uuid, timestamptz);
DROP TABLE run_starts, waits, signals, hitl_decisions;
DROP INDEX idx_hitl_tenant_open, idx_hitl_tenant_queue;
-- Several requests about one place fit the older schema no longer; the newest of them is kept.
DELETE FROM hitl_requests older USING hitl_requests newer
WHERE (older.tenant_id, older.run_id, older.path) = (newer.tenant_id, newer.run_id, newer.path)
  AND (older.requested_at, older.approval_id) < (newer.requested_at, newer.approval_id);
ALTER TABLE hitl_requests ADD CONSTRAINT hitl_requests_tenant_id_run_id_path_key UNIQUE (tenant_id, run_id, path);
ALTER TABLE hitl_requests DROP COLUMN is_financial, DROP COLUMN requesters, DROP COLUMN question,
    DROP COLUMN priority, DROP COLUMN is_escalated;
DROP INDEX idx_run_queue_due;
CREATE INDEX idx_run_queue_due ON run_queue (due_at) WHERE owner IS NULL;
ALTER TABLE run_queue DROP COLUMN woken, DROP COLUMN config_hash;
