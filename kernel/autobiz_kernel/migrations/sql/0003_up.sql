-- A row of run_queue is a run that somebody will have to go on with. It is due at `due_at`, and a lease is nothing but
-- a due moment in the future: a worker that dies is followed when it has passed. `woken` counts what has happened to
-- the run from outside, so that a worker that lays it down does not overlook what came in the meantime.

ALTER TABLE run_queue ADD COLUMN woken bigint NOT NULL DEFAULT 0;
ALTER TABLE run_queue ADD COLUMN config_hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
    CHECK (octet_length(config_hash) = 32);
DROP INDEX idx_run_queue_due;
CREATE INDEX idx_run_queue_due ON run_queue (due_at);

-- What a run was begun with, and for whom.
CREATE TABLE run_starts (
    tenant_id      uuid        NOT NULL,
    run_id         uuid        NOT NULL,
    workflow       text        NOT NULL,
    principal      text        NOT NULL,
    correlation_id text        NOT NULL,
    config_hash    bytea       NOT NULL CHECK (octet_length(config_hash) = 32),
    input          text        NOT NULL,
    undoing        text,
    at             timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, run_id)
);

-- Which events a run waits for; an index to wake by, made again whenever a run is laid down.
CREATE TABLE waits (
    tenant_id uuid NOT NULL,
    run_id    uuid NOT NULL,
    path      text NOT NULL,
    event     text NOT NULL,
    key       text NOT NULL,
    PRIMARY KEY (tenant_id, run_id, path)
);
CREATE INDEX idx_waits_tenant_event ON waits (tenant_id, event, key);

-- What has come from outside. Nothing is taken away: each run remembers in its own state what it has heard.
CREATE TABLE signals (
    tenant_id uuid        NOT NULL,
    signal_id text        NOT NULL CHECK (length(signal_id) BETWEEN 1 AND 200),
    event     text        NOT NULL,
    key       text        NOT NULL,
    payload   text        NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, signal_id)
);
CREATE INDEX idx_signals_tenant_event ON signals (tenant_id, event, key, at);

ALTER TABLE hitl_requests DROP CONSTRAINT hitl_requests_tenant_id_run_id_path_key;
ALTER TABLE hitl_requests ADD COLUMN is_financial boolean NOT NULL DEFAULT true;
ALTER TABLE hitl_requests ADD COLUMN requesters text NOT NULL DEFAULT '[]';
ALTER TABLE hitl_requests ADD COLUMN question text NOT NULL DEFAULT '{}';
ALTER TABLE hitl_requests ADD COLUMN priority smallint NOT NULL DEFAULT 5;
ALTER TABLE hitl_requests ADD COLUMN is_escalated boolean NOT NULL DEFAULT false;
-- Of one place in a run at most one request is open.
CREATE UNIQUE INDEX idx_hitl_tenant_open ON hitl_requests (tenant_id, run_id, path) WHERE status = 0;
CREATE INDEX idx_hitl_tenant_queue ON hitl_requests (tenant_id, priority DESC, requested_at) WHERE status = 0;

-- What people have said, each word once and for good.
CREATE TABLE hitl_decisions (
    tenant_id   uuid        NOT NULL,
    approval_id uuid        NOT NULL,
    number      bigint      NOT NULL CHECK (number > 0),
    approver    text        NOT NULL,
    verdict     text        NOT NULL CHECK (verdict IN ('approve', 'deny')),
    via         text        NOT NULL,
    reason      text        NOT NULL,
    is_override boolean     NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, approval_id, number),
    CHECK (NOT is_override OR length(btrim(reason)) > 0)
);
CREATE UNIQUE INDEX idx_hitl_decisions_tenant_approver ON hitl_decisions (tenant_id, approval_id, approver);

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['run_starts', 'waits', 'signals', 'hitl_decisions'] LOOP
        CALL protect_table(wanted::regclass);
        EXECUTE format('GRANT SELECT ON %I TO autobiz_app, autobiz_read', wanted);
        EXECUTE format('GRANT INSERT ON %I TO autobiz_app', wanted);
    END LOOP;
    FOREACH wanted IN ARRAY ARRAY['run_starts', 'signals', 'hitl_decisions'] LOOP
        EXECUTE format('CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON %I '
                       'FOR EACH ROW EXECUTE FUNCTION refuse_change()', wanted);
        CALL keep_table(wanted::regclass);
    END LOOP;
END
$$;
GRANT DELETE ON waits TO autobiz_app;

-- Begin a run: what it begins with and its place in the queue, both or neither. False if it was begun before.
CREATE FUNCTION start_run(p_tenant uuid, p_run uuid, p_workflow text, p_principal text, p_correlation text,
    p_config bytea, p_input text, p_undoing text, p_now timestamptz) RETURNS boolean LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('autobiz.tenant', p_tenant::text, true);
    INSERT INTO run_starts (tenant_id, run_id, workflow, principal, correlation_id, config_hash, input, undoing, at)
    VALUES (p_tenant, p_run, p_workflow, p_principal, p_correlation, p_config, p_input, p_undoing, p_now)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO run_queue (tenant_id, run_id, due_at, config_hash) VALUES (p_tenant, p_run, p_now, p_config);
    RETURN true;
END
$$;

-- Take runs that are due, at most so many, each for one owner until a moment. p_tenants is for a role that may not see
-- all tenants' rows; p_run asks for one run.
CREATE FUNCTION lease_runs(p_tenants uuid[], p_run uuid, p_configs bytea[], p_owner uuid, p_now timestamptz,
    p_until timestamptz, p_limit int) RETURNS TABLE (tenant uuid, run uuid, epoch bigint, woken bigint,
    workflow text, principal text, correlation_id text, config_hash bytea, input text, at timestamptz, undoing text)
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    each uuid;
    taken int := 0;
    n int;
BEGIN
    FOREACH each IN ARRAY p_tenants LOOP
        PERFORM set_config('autobiz.tenant', each::text, true);
        -- Chosen once, before anything is joined: to choose is to lock, and who chose twice would lock what it leaves.
        RETURN QUERY
            WITH due AS MATERIALIZED (
                SELECT w.run_id FROM run_queue w
                WHERE w.due_at <= p_now AND w.config_hash = ANY (p_configs) AND w.tenant_id = each
                  AND (p_run IS NULL OR w.run_id = p_run)
                ORDER BY w.due_at LIMIT p_limit - taken FOR UPDATE SKIP LOCKED)
            UPDATE run_queue q SET owner = p_owner, epoch = q.epoch + 1, lease_until = p_until, due_at = p_until
            FROM due JOIN run_starts s ON s.tenant_id = each AND s.run_id = due.run_id
            WHERE q.tenant_id = each AND q.run_id = due.run_id
            RETURNING q.tenant_id, q.run_id, q.epoch, q.woken, s.workflow, s.principal, s.correlation_id,
                s.config_hash, s.input, s.at, s.undoing;
        GET DIAGNOSTICS n = ROW_COUNT;
        taken := taken + n;
        EXIT WHEN taken >= p_limit;
    END LOOP;
END
$$;

-- Hold a run longer. False if somebody else has it.
CREATE FUNCTION renew_lease(p_tenant uuid, p_run uuid, p_epoch bigint, p_until timestamptz) RETURNS boolean
    LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('autobiz.tenant', p_tenant::text, true);
    UPDATE run_queue SET lease_until = p_until, due_at = p_until
    WHERE tenant_id = p_tenant AND run_id = p_run AND epoch = p_epoch;
    RETURN FOUND;
END
$$;

-- Lay a run down until a moment and until one of these events; at once due again if something has come meanwhile.
CREATE FUNCTION suspend_run(p_tenant uuid, p_run uuid, p_epoch bigint, p_woken bigint, p_now timestamptz,
    p_due timestamptz, p_waits jsonb) RETURNS boolean LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('autobiz.tenant', p_tenant::text, true);
    UPDATE run_queue SET owner = NULL, lease_until = NULL,
        due_at = CASE WHEN woken = p_woken THEN p_due ELSE p_now END
    WHERE tenant_id = p_tenant AND run_id = p_run AND epoch = p_epoch;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM waits WHERE tenant_id = p_tenant AND run_id = p_run;
    INSERT INTO waits (tenant_id, run_id, path, event, key)
    SELECT p_tenant, p_run, path, event, key FROM jsonb_to_recordset(p_waits) AS (path text, event text, key text);
    RETURN true;
END
$$;

-- Take a run out of the queue for good.
CREATE FUNCTION finish_run(p_tenant uuid, p_run uuid, p_epoch bigint) RETURNS boolean LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('autobiz.tenant', p_tenant::text, true);
    DELETE FROM run_queue WHERE tenant_id = p_tenant AND run_id = p_run AND epoch = p_epoch;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM waits WHERE tenant_id = p_tenant AND run_id = p_run;
    RETURN true;
END
$$;

-- Say that something has happened to a run. One that is held is not taken away from its worker.
CREATE FUNCTION wake_run(p_tenant uuid, p_run uuid, p_now timestamptz) RETURNS boolean LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('autobiz.tenant', p_tenant::text, true);
    UPDATE run_queue SET woken = woken + 1, due_at = CASE WHEN owner IS NULL THEN least(due_at, p_now) ELSE due_at END
    WHERE tenant_id = p_tenant AND run_id = p_run;
    RETURN FOUND;
END
$$;

REVOKE EXECUTE ON FUNCTION start_run(uuid, uuid, text, text, text, bytea, text, text, timestamptz),
    lease_runs(uuid[], uuid, bytea[], uuid, timestamptz, timestamptz, int),
    renew_lease(uuid, uuid, bigint, timestamptz),
    suspend_run(uuid, uuid, bigint, bigint, timestamptz, timestamptz, jsonb),
    finish_run(uuid, uuid, bigint), wake_run(uuid, uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION start_run(uuid, uuid, text, text, text, bytea, text, text, timestamptz),
    lease_runs(uuid[], uuid, bytea[], uuid, timestamptz, timestamptz, int),
    renew_lease(uuid, uuid, bigint, timestamptz),
    suspend_run(uuid, uuid, bigint, bigint, timestamptz, timestamptz, jsonb),
    finish_run(uuid, uuid, bigint), wake_run(uuid, uuid, timestamptz) TO autobiz_app;

-- Begin many runs in the books; one that was begun before is told so, and spoils none of its neighbours.
CREATE FUNCTION begin_many(items json) RETURNS text LANGUAGE plpgsql
    SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    item record;
    answers text[] := '{}';
BEGIN
    FOR item IN SELECT * FROM json_to_recordset(items) AS (tenant uuid, run uuid, workflow text, correlation text,
            config text, principal text, began_at timestamptz, state text) LOOP
        PERFORM set_config('autobiz.tenant', item.tenant::text, true);
        INSERT INTO runs (tenant_id, run_id, workflow, correlation_id, config_hash, principal, began_at, updated_at,
            state)
        VALUES (item.tenant, item.run, item.workflow, item.correlation, decode(item.config, 'hex'), item.principal,
            item.began_at, item.began_at, item.state)
        ON CONFLICT DO NOTHING;
        answers := answers || json_build_object('told', FOUND)::text;
    END LOOP;
    RETURN '[' || array_to_string(answers, ',') || ']';
END
$$;

-- The steps of the queue for many runs at once, each of which is told whether its own was done.
CREATE FUNCTION queue_many(items json) RETURNS text LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    item record;
    told boolean;
    answers text[] := '{}';
BEGIN
    FOR item IN SELECT * FROM json_to_recordset(items) AS (op text, tenant uuid, run uuid, workflow text,
            principal text, correlation text, config text, input text, undoing text, now timestamptz, epoch bigint,
            woken bigint, due timestamptz, waits jsonb) LOOP
        CASE item.op
            WHEN 'start' THEN told := start_run(item.tenant, item.run, item.workflow, item.principal,
                item.correlation, decode(item.config, 'hex'), item.input, item.undoing, item.now);
            WHEN 'suspend' THEN told := suspend_run(item.tenant, item.run, item.epoch, item.woken, item.now, item.due,
                item.waits);
            WHEN 'renew' THEN told := renew_lease(item.tenant, item.run, item.epoch, item.due);
            WHEN 'finish' THEN told := finish_run(item.tenant, item.run, item.epoch);
            WHEN 'wake' THEN told := wake_run(item.tenant, item.run, item.now);
        END CASE;
        answers := answers || json_build_object('told', told)::text;
    END LOOP;
    RETURN '[' || array_to_string(answers, ',') || ']';
END
$$;

-- What has come under a name and a key, the oldest first, for many who ask at once.
CREATE FUNCTION signals_many(items json) RETURNS text LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    item record;
    told json;
    answers text[] := '{}';
BEGIN
    FOR item IN SELECT * FROM json_to_recordset(items) AS (tenant uuid, event text, key text, since timestamptz) LOOP
        PERFORM set_config('autobiz.tenant', item.tenant::text, true);
        SELECT json_agg(json_build_object('id', s.signal_id, 'event', s.event, 'key', s.key, 'payload', s.payload,
            'at', s.at) ORDER BY s.at, s.signal_id) INTO told FROM signals s
        WHERE s.tenant_id = item.tenant AND s.event = item.event AND s.key = item.key AND s.at >= item.since;
        answers := answers || json_build_object('told', coalesce(told, '[]'))::text;
    END LOOP;
    RETURN '[' || array_to_string(answers, ',') || ']';
END
$$;
REVOKE EXECUTE ON FUNCTION begin_many(json), queue_many(json), signals_many(json) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION begin_many(json), queue_many(json), signals_many(json) TO autobiz_app;
