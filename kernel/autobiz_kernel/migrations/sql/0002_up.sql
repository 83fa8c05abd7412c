-- The two commits of an effect, for many calls at once. An item that cannot be granted gets a status of its own and
-- never raises, so that one call cannot spoil its neighbours. Rights are the caller's; the tenant is set per item.
-- A session plans each statement once, often while the tables are still small, and a scan of a small table is then
-- what it would do for ever: so scans are ruled out.

CREATE TYPE claim_ask AS (
    tenant uuid, key text, fingerprint text, tool text, run uuid, run_epoch bigint, now timestamptz,
    lease interval, ttl interval, heir text, epoch bigint, cost_micros bigint);

-- What is asked for the first time, which is nearly all, is granted by one statement for all of a tenant's items.
CREATE FUNCTION claim_many(items json) RETURNS text LANGUAGE plpgsql
    SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    asks claim_ask[] := ARRAY(SELECT each FROM json_populate_recordset(NULL::claim_ask, items) AS each);
    ask claim_ask;
    found_row idempotency;
    told text;
    receipt text;
    tenant uuid;
    tenants uuid[] := '{}';
    fresh text[] := '{}';
    answers text[] := '{}';
BEGIN
    FOREACH ask IN ARRAY asks LOOP
        IF tenant IS DISTINCT FROM ask.tenant THEN
            IF ask.tenant = ANY (tenants) THEN
                RAISE EXCEPTION 'the items of one tenant stand together' USING ERRCODE = 'invalid_parameter_value';
            END IF;
            tenant := ask.tenant;
            tenants := tenants || tenant;
            PERFORM set_config('autobiz.tenant', tenant::text, true);
            -- One that comes alone is granted below with less ado.
            IF cardinality(asks) > 1 THEN
                WITH granted AS (
                    INSERT INTO idempotency (tenant_id, key, fingerprint, tool, run_id, first_seen_at, expires_at, lease_until,
                        cost_micros)
                    SELECT ask.tenant, decode(key, 'hex'), decode(fingerprint, 'hex'), tool, run, now, now + ttl, now + lease,
                        coalesce(cost_micros, 0)
                    FROM (SELECT each.*, count(*) OVER (PARTITION BY each.key) AS times
                          FROM unnest(asks) AS each WHERE each.tenant = ask.tenant) AS each
                    -- Of two who ask for one thing, the first is granted it below, if its run is its own.
                    WHERE times = 1
                        -- Who has lost its run, or holds one that somebody ended, begins nothing any more.
                        AND (SELECT true FROM runs WHERE tenant_id = ask.tenant AND run_id = each.run
                            AND epoch = each.run_epoch AND termination_reason IS NULL)
                    ON CONFLICT (tenant_id, key) DO NOTHING RETURNING key
                ) SELECT coalesce(array_agg(encode(key, 'hex')), '{}') INTO fresh FROM granted;
            END IF;
        END IF;
        IF ask.key = ANY (fresh) THEN
            answers := answers || json_build_object('told', 'claimed', 'epoch', 1, 'generation', 1,
                'first_seen_at', ask.now, 'expires_at', ask.now + ask.ttl, 'lease_until', ask.now + ask.lease,
                'receipt', NULL, 'refusal', NULL)::text;
            CONTINUE;
        END IF;
        receipt := NULL;
        INSERT INTO idempotency AS i (tenant_id, key, fingerprint, tool, run_id, first_seen_at, expires_at, lease_until,
            cost_micros)
        SELECT ask.tenant, decode(ask.key, 'hex'), decode(ask.fingerprint, 'hex'), ask.tool, ask.run, ask.now,
               ask.now + ask.ttl, ask.now + ask.lease, coalesce(ask.cost_micros, 0)
        -- Who has lost its run, or holds one that somebody ended, begins nothing any more.
        FROM runs WHERE tenant_id = ask.tenant AND run_id = ask.run AND epoch = ask.run_epoch
            AND termination_reason IS NULL
        -- Anew: settled and past its window, or given back before anything had happened. One in doubt is neither,
        -- because time alone does not tell whether its effect happened.
        ON CONFLICT (tenant_id, key) DO UPDATE
        SET fingerprint = EXCLUDED.fingerprint, tool = EXCLUDED.tool, run_id = EXCLUDED.run_id, status = 0,
            epoch = i.epoch + 1, generation = i.generation + CASE WHEN i.status IN (1, 2) THEN 1 ELSE 0 END,
            first_seen_at = EXCLUDED.first_seen_at, expires_at = EXCLUDED.expires_at,
            lease_until = EXCLUDED.lease_until, receipt_run = NULL, receipt_seq = NULL, refusal = NULL,
            begun = i.begun + 1, cost_micros = EXCLUDED.cost_micros
        WHERE (i.status IN (1, 2) AND i.expires_at <= ask.now) OR i.status = 4
        RETURNING i.* INTO found_row;
        IF FOUND THEN
            told := 'claimed';
        ELSE
            PERFORM FROM runs WHERE tenant_id = ask.tenant AND run_id = ask.run AND epoch = ask.run_epoch
                AND termination_reason IS NULL;
            IF NOT FOUND THEN
                answers := answers || '{"told":"fenced"}'::text;
                CONTINUE;
            END IF;
            SELECT * INTO found_row FROM idempotency
            WHERE tenant_id = ask.tenant AND key = decode(ask.key, 'hex');
            told := CASE
                WHEN found_row.fingerprint <> decode(ask.fingerprint, 'hex') THEN 'mismatch'
                WHEN found_row.status IN (1, 2) THEN 'replay'
                WHEN found_row.status = 0 AND found_row.lease_until > ask.now THEN 'in_flight'
                ELSE 'uncertain' END;
            -- An heir in time holds the provider's promise about the key; one who has looked holds an epoch.
            IF told = 'uncertain' AND ((ask.heir = 'in_time' AND found_row.expires_at > ask.now)
                    OR (ask.heir = 'looked' AND found_row.epoch = ask.epoch)) THEN
                UPDATE idempotency SET status = 0, epoch = epoch + 1, run_id = ask.run,
                    lease_until = ask.now + ask.lease, begun = begun + 1, cost_micros = coalesce(ask.cost_micros, 0)
                WHERE tenant_id = ask.tenant AND key = found_row.key AND epoch = found_row.epoch
                RETURNING * INTO found_row;
                IF FOUND THEN
                    told := 'claimed';
                ELSE
                    SELECT * INTO found_row FROM idempotency
                    WHERE tenant_id = ask.tenant AND key = decode(ask.key, 'hex');
                    told := 'in_flight';
                END IF;
            END IF;
        END IF;
        IF told = 'replay' AND found_row.status = 1 THEN
            SELECT body INTO receipt FROM receipts
            WHERE tenant_id = ask.tenant AND run_id = found_row.receipt_run AND seq = found_row.receipt_seq;
        END IF;
        answers := answers || json_build_object(
            'told', told, 'epoch', found_row.epoch, 'generation', found_row.generation,
            'first_seen_at', found_row.first_seen_at, 'expires_at', found_row.expires_at,
            'lease_until', found_row.lease_until, 'receipt', receipt,
            'refusal', CASE WHEN told = 'replay' THEN found_row.refusal END)::text;
    END LOOP;
    RETURN '[' || array_to_string(answers, ',') || ']';
END
$$;

-- kind: done (the effect happened), refused, doubt (nobody knows), released (it did not happen), observed (a look that
-- cost something), note (no claim).
CREATE FUNCTION settle_many(items json, all_or_nothing boolean DEFAULT false) RETURNS text LANGUAGE plpgsql
    SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    item record;
    run record;
    told text;
    is_conflict boolean;
    tenant uuid;
    -- Written together at the end of a tenant's items: a statement costs more than a row of it.
    new_receipts receipts[];
    new_traces traces[];
    new_versions state_versions[];
    answers text[] := '{}';
BEGIN
    FOR item IN SELECT * FROM json_to_recordset(items) AS (
            kind text, tenant uuid, run uuid, run_epoch bigint, now timestamptz, key text, epoch bigint, tool text,
            effect_class text, external_key text, provider_ref text, amount_minor bigint, currency text, body text,
            refusal text, path text, command text, guard text, outcome text, attrs text, result text,
            steps int, tool_calls int, tokens bigint, cost_micros bigint, took_us bigint, step bigint, state_expected bigint,
            state text, patch text, state_hash text, ending text) LOOP
        IF tenant IS DISTINCT FROM item.tenant THEN
            IF tenant IS NOT NULL THEN
                INSERT INTO receipts SELECT * FROM unnest(new_receipts);
                INSERT INTO state_versions SELECT * FROM unnest(new_versions);
                INSERT INTO traces SELECT * FROM unnest(new_traces);
                new_receipts := '{}';
                new_versions := '{}';
                new_traces := '{}';
            END IF;
            tenant := item.tenant;
            PERFORM set_config('autobiz.tenant', tenant::text, true);
        END IF;
        -- The run's lock is taken first, and its chain and its state move at once; what is undone below is undone
        -- hardly ever.
        UPDATE runs AS r
        SET steps = r.steps + item.steps, tool_calls = r.tool_calls + item.tool_calls,
            tokens = r.tokens + item.tokens, cost_micros = r.cost_micros + item.cost_micros,
            trace_seq = r.trace_seq + 1, updated_at = item.now,
            termination_reason = coalesce(r.termination_reason, item.ending),
            receipt_seq = CASE WHEN item.kind = 'done' THEN r.receipt_seq + 1 ELSE r.receipt_seq END,
            head_hash = CASE WHEN item.kind = 'done' THEN sha256('autobiz.link/1\000'::bytea
                || CASE WHEN r.receipt_seq > 0 THEN r.head_hash
                   ELSE sha256('autobiz.chain/1\000'::bytea || uuid_send(item.tenant) || uuid_send(item.run)) END
                || int8send(r.receipt_seq + 1) || convert_to(item.body, 'UTF8')) ELSE r.head_hash END,
            state = CASE WHEN r.state_version = item.state_expected THEN item.state ELSE r.state END,
            state_version = r.state_version + CASE WHEN r.state_version = item.state_expected THEN 1 ELSE 0 END
        WHERE tenant_id = item.tenant AND run_id = item.run AND epoch = item.run_epoch
        RETURNING new.receipt_seq, new.trace_seq, new.head_hash, new.state_version,
            old.receipt_seq AS seq_before, old.head_hash AS head_before, old.state AS state_before,
            old.state_version AS version_before INTO run;
        IF NOT FOUND THEN
            IF all_or_nothing THEN
                RAISE EXCEPTION 'what was carried is not taken' USING ERRCODE = 'AB001';
            END IF;
            answers := answers || '{"told":"fenced"}'::text;
            CONTINUE;
        END IF;
        told := 'settled';
        IF item.kind <> 'note' THEN
            UPDATE idempotency
            SET status = CASE item.kind WHEN 'done' THEN 1 WHEN 'refused' THEN 2 WHEN 'doubt' THEN 3 ELSE 4 END,
                receipt_run = CASE WHEN item.kind = 'done' THEN item.run END,
                receipt_seq = CASE WHEN item.kind = 'done' THEN run.receipt_seq END,
                refusal = item.refusal, begun = greatest(begun - 1, 0)
            WHERE tenant_id = item.tenant AND key = decode(item.key, 'hex') AND epoch = item.epoch AND status IN (0, 3);
            IF NOT FOUND THEN
                told := 'lease_lost';
                -- Its holder has just paid for it, late as it is.
                UPDATE idempotency SET begun = greatest(begun - 1, 0)
                WHERE tenant_id = item.tenant AND key = decode(item.key, 'hex');
                IF item.kind = 'done' OR run.state_version <> run.version_before THEN
                    run.receipt_seq := run.seq_before;
                    run.head_hash := run.head_before;
                    run.state_version := run.version_before;
                    UPDATE runs SET receipt_seq = run.seq_before, head_hash = run.head_before,
                        state = run.state_before, state_version = run.version_before
                    WHERE tenant_id = item.tenant AND run_id = item.run;
                END IF;
            ELSIF item.kind = 'done' THEN
                new_receipts := new_receipts || ROW(item.tenant, item.run, run.receipt_seq, item.tool, item.effect_class,
                    decode(item.key, 'hex'), item.external_key, item.provider_ref, item.amount_minor, item.currency,
                    item.body, CASE WHEN run.seq_before > 0 THEN run.head_before
                        ELSE sha256('autobiz.chain/1\000'::bytea || uuid_send(item.tenant) || uuid_send(item.run)) END,
                    run.head_hash, item.now)::receipts;
            END IF;
        END IF;
        is_conflict := item.patch IS NOT NULL AND run.version_before <> item.state_expected;
        IF run.state_version <> run.version_before THEN
            new_versions := new_versions || ROW(item.tenant, item.run, run.state_version, item.path, item.patch,
                decode(item.state_hash, 'hex'), item.now)::state_versions;
        END IF;
        new_traces := new_traces || ROW(item.tenant, item.run, run.trace_seq, item.path, item.tool,
            decode(item.command, 'hex'), item.guard, CASE WHEN told = 'lease_lost' THEN 'LEASE_LOST'
                             WHEN is_conflict THEN 'STATE_CONFLICT' ELSE item.outcome END,
            item.attrs, item.result, item.tokens, item.cost_micros, item.took_us, item.run_epoch, item.step,
            item.now)::traces;
        IF told = 'settled' AND is_conflict THEN
            told := 'state_conflict';
        END IF;
        IF all_or_nothing AND told <> 'settled' THEN
            RAISE EXCEPTION 'what was carried is not taken' USING ERRCODE = 'AB001';
        END IF;
        answers := answers || json_build_object('told', told, 'seq', run.receipt_seq,
            'hash', encode(run.head_hash, 'hex'), 'state_version', run.state_version)::text;
    END LOOP;
    IF cardinality(new_receipts) > 0 THEN
        INSERT INTO receipts SELECT * FROM unnest(new_receipts);
    END IF;
    IF cardinality(new_versions) > 0 THEN
        INSERT INTO state_versions SELECT * FROM unnest(new_versions);
    END IF;
    INSERT INTO traces SELECT * FROM unnest(new_traces);
    RETURN '[' || array_to_string(answers, ',') || ']';
END
$$;

-- Become a run's only worker. What former holders have begun and can settle no longer is paid for here, in the same
-- commit and told by a trace of its own. False if there is no such run.
CREATE FUNCTION take_run(p_tenant uuid, p_run uuid, p_now timestamptz) RETURNS boolean LANGUAGE plpgsql
    SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    calls bigint;
    micros bigint;
    run record;
BEGIN
    PERFORM set_config('autobiz.tenant', p_tenant::text, true);
    UPDATE runs SET epoch = epoch + 1, updated_at = p_now WHERE tenant_id = p_tenant AND run_id = p_run;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    -- In the order in which a batch of claims locks them.
    WITH unpaid AS (
        SELECT key, begun, cost_micros FROM idempotency
        WHERE tenant_id = p_tenant AND run_id = p_run AND begun > 0 ORDER BY key FOR UPDATE
    ), paid AS (
        UPDATE idempotency i SET begun = 0 FROM unpaid u WHERE i.tenant_id = p_tenant AND i.key = u.key
        RETURNING u.begun, u.cost_micros
    )
    SELECT sum(begun), sum(begun * cost_micros) INTO calls, micros FROM paid;
    IF calls > 0 THEN
        UPDATE runs SET steps = steps + calls, tool_calls = tool_calls + calls, cost_micros = cost_micros + micros,
            trace_seq = trace_seq + 1
        WHERE tenant_id = p_tenant AND run_id = p_run RETURNING epoch, trace_seq INTO run;
        INSERT INTO traces (tenant_id, run_id, seq, path, tool, command, guard, outcome, attrs, tokens, cost_micros,
            took_us, epoch, step, at)
        VALUES (p_tenant, p_run, run.trace_seq, '', '', '', '', 'UNSETTLED', format('{"calls":%s}', calls), 0, micros,
            0, run.epoch, 0, p_now);
    END IF;
    RETURN true;
END
$$;

REVOKE EXECUTE ON FUNCTION claim_many(json), settle_many(json, boolean), take_run(uuid, uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_many(json), settle_many(json, boolean), take_run(uuid, uuid, timestamptz) TO autobiz_app;
