DROP TABLE tenants, runs, idempotency, receipts, traces, state_versions, event_store, event_conflicts, hitl_requests, reconciliation,
    run_queue, anchors;
DROP PROCEDURE make_weeks(timestamptz, int);
DROP PROCEDURE make_partition(text, text, uuid, uuid);
DROP FUNCTION first_id_of(timestamptz);
DROP PROCEDURE keep_table(regclass);
DROP PROCEDURE protect_table(regclass);
DROP FUNCTION refuse_change();
DROP DOMAIN digest, ordinal, claim_status, external_key, currency_code;
