-- Everything below belongs to autobiz_owner, which nobody logs in as. tenant_id leads every key, so that uniqueness
-- and references can never relate two tenants. Moments are always given by the caller's clock.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % refused: its rows are immutable; write a correcting row instead', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

-- Domains and not CHECK constraints for what is written with every call: a constraint is read from its text anew by
-- each statement, and a fifth of the server's work was that.
CREATE DOMAIN digest AS bytea CHECK (octet_length(VALUE) = 32);
CREATE DOMAIN ordinal AS bigint CHECK (VALUE > 0);
CREATE DOMAIN claim_status AS smallint CHECK (VALUE BETWEEN 0 AND 4);
CREATE DOMAIN external_key AS text CHECK (VALUE ~ '^autobiz:[0-9a-f]{32}$');
CREATE DOMAIN currency_code AS text CHECK (VALUE ~ '^[A-Z]{3}$');

CREATE TABLE tenants (
    tenant_id  uuid        NOT NULL PRIMARY KEY,
    prefix     text        NOT NULL CHECK (prefix ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    created_at timestamptz NOT NULL
);

CREATE TABLE runs (
    tenant_id     uuid        NOT NULL,
    run_id        uuid        NOT NULL,
    workflow      text        NOT NULL,
    correlation_id text       NOT NULL,
    config_hash   digest      NOT NULL,
    principal     text        NOT NULL,
    epoch         ordinal     NOT NULL DEFAULT 1,
    termination_reason text,
    steps         bigint      NOT NULL DEFAULT 0,
    tool_calls    bigint      NOT NULL DEFAULT 0,
    tokens        bigint      NOT NULL DEFAULT 0,
    cost_micros   bigint      NOT NULL DEFAULT 0,
    receipt_seq   bigint      NOT NULL DEFAULT 0,
    trace_seq     bigint      NOT NULL DEFAULT 0,
    head_hash     digest      NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
    state_version bigint      NOT NULL DEFAULT 0,
    state         text        NOT NULL DEFAULT '{}',
    began_at      timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, run_id)
) WITH (fillfactor = 60);

-- One row per business act. status: 0 claimed, 1 done, 2 refused, 3 in doubt, 4 released.
-- epoch fences its holders; generation counts the windows in which the act has run. begun counts the holders whose call
-- is in no run's account yet: each grant adds one, a settlement takes one off, and who takes the run over pays the rest.
CREATE TABLE idempotency (
    tenant_id     uuid        NOT NULL,
    key           digest      NOT NULL,
    fingerprint   digest      NOT NULL,
    tool          text        NOT NULL,
    status        claim_status NOT NULL DEFAULT 0,
    epoch         ordinal     NOT NULL DEFAULT 1,
    generation    ordinal     NOT NULL DEFAULT 1,
    run_id        uuid        NOT NULL,
    first_seen_at timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL CHECK (expires_at > first_seen_at),
    lease_until   timestamptz NOT NULL,
    receipt_run   uuid,
    receipt_seq   bigint,
    refusal       text,
    begun         int         NOT NULL DEFAULT 1,
    cost_micros   bigint      NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, key)
) WITH (fillfactor = 50);
-- Every row is changed once, soon after it was written: room for that beside it, or all its indexes would be written anew.
-- By the moment alone: an index that began with the tenant would offer itself for finding a key.
CREATE INDEX idx_idempotency_expires ON idempotency (expires_at);
-- Of every row and not of the unpaid ones: an index whose condition a settlement changes would be written by each.
CREATE INDEX idx_idempotency_run ON idempotency (run_id);

-- The immutable proof of one effect. body is the canonical text that is hashed; the other columns repeat parts of it
-- for those who search, and the audit compares them.
CREATE TABLE receipts (
    tenant_id    uuid        NOT NULL,
    run_id       uuid        NOT NULL,
    seq          ordinal     NOT NULL,
    tool         text        NOT NULL,
    effect_class text        NOT NULL,
    key          digest      NOT NULL,
    external_key external_key NOT NULL,
    provider_ref text,
    amount_minor bigint,
    currency     currency_code,
    body         text        NOT NULL,
    prev_hash    digest      NOT NULL,
    hash         digest      NOT NULL,
    at           timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, run_id, seq),
    CHECK (effect_class <> 'FINANCIAL' OR (amount_minor IS NOT NULL AND currency IS NOT NULL))
) PARTITION BY RANGE (run_id);
CREATE INDEX idx_receipts_tenant_external_key ON receipts (tenant_id, external_key);
CREATE INDEX idx_receipts_tenant_tool_at ON receipts (tenant_id, tool, at);

-- One row per ruling, allowed or not. result is what a PURE or READ tool answered, so that it can be replayed.
CREATE TABLE traces (
    tenant_id   uuid        NOT NULL,
    run_id      uuid        NOT NULL,
    seq         ordinal     NOT NULL,
    path        text        NOT NULL,
    tool        text        NOT NULL,
    command     bytea       NOT NULL,
    guard       text        NOT NULL,
    outcome     text        NOT NULL,
    attrs       text        NOT NULL,
    result      text,
    tokens      bigint      NOT NULL,
    cost_micros bigint      NOT NULL,
    took_us     bigint      NOT NULL,
    -- Who held the run, and the how manieth call of theirs it was: branches are asked in another order than they end.
    epoch       bigint      NOT NULL,
    step        bigint      NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, run_id, seq)
) PARTITION BY RANGE (run_id);

CREATE TABLE state_versions (
    tenant_id  uuid        NOT NULL,
    run_id     uuid        NOT NULL,
    version    ordinal     NOT NULL,
    path       text        NOT NULL,
    patch      text        NOT NULL,
    state_hash digest      NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, run_id, version)
) PARTITION BY RANGE (run_id);

CREATE TABLE event_store (
    tenant_id        uuid        NOT NULL,
    event_id         uuid        NOT NULL,
    source           text        NOT NULL,
    source_event_id  text        NOT NULL,
    entity           text        NOT NULL,
    type             text        NOT NULL,
    occurred_at      timestamptz NOT NULL,
    received_at      timestamptz NOT NULL,
    payload          text        NOT NULL,
    payload_sha256   bytea       NOT NULL CHECK (octet_length(payload_sha256) = 32),
    -- Of the event alone, without what differs from copy to copy.
    event_sha256     bytea       NOT NULL CHECK (octet_length(event_sha256) = 32),
    signature_valid  boolean     NOT NULL,
    status           smallint    NOT NULL DEFAULT 0,
    hold_until       timestamptz,
    timeout_released boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, event_id)
);
CREATE UNIQUE INDEX idx_events_tenant_source ON event_store (tenant_id, source, source_event_id);
CREATE INDEX idx_events_tenant_status ON event_store (tenant_id, status, hold_until);

-- Another body that came under the id of an event that was kept before: never taken for it, and never lost.
CREATE TABLE event_conflicts (
    tenant_id       uuid        NOT NULL,
    event_id        uuid        NOT NULL,
    source          text        NOT NULL,
    source_event_id text        NOT NULL,
    entity          text        NOT NULL,
    type            text        NOT NULL,
    occurred_at     timestamptz NOT NULL,
    received_at     timestamptz NOT NULL,
    payload         text        NOT NULL,
    payload_sha256  bytea       NOT NULL CHECK (octet_length(payload_sha256) = 32),
    event_sha256    bytea       NOT NULL CHECK (octet_length(event_sha256) = 32),
    PRIMARY KEY (tenant_id, event_id)
);
CREATE UNIQUE INDEX idx_conflicts_tenant_source ON event_conflicts (tenant_id, source, source_event_id, event_sha256);

CREATE TABLE hitl_requests (
    tenant_id    uuid        NOT NULL,
    approval_id  uuid        NOT NULL,
    run_id       uuid        NOT NULL,
    path         text        NOT NULL,
    tool         text        NOT NULL,
    fingerprint  bytea       NOT NULL CHECK (octet_length(fingerprint) = 32),
    shown        text        NOT NULL,
    reason       text        NOT NULL,
    requested_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL CHECK (expires_at > requested_at),
    status       smallint    NOT NULL DEFAULT 0,
    decided_by   text,
    decided_via  text,
    decided_at   timestamptz,
    used_at      timestamptz,
    PRIMARY KEY (tenant_id, approval_id),
    UNIQUE (tenant_id, run_id, path)
);
CREATE INDEX idx_hitl_tenant_status ON hitl_requests (tenant_id, status, expires_at);

CREATE TABLE reconciliation (
    tenant_id   uuid        NOT NULL,
    recon_id    uuid        NOT NULL,
    source      text        NOT NULL,
    entity      text        NOT NULL,
    kind        text        NOT NULL,
    local       text        NOT NULL,
    remote      text,
    delta_minor bigint,
    status      smallint    NOT NULL DEFAULT 0,
    approval_id uuid,
    at          timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, recon_id)
);
CREATE INDEX idx_reconciliation_tenant_status ON reconciliation (tenant_id, status, at);

-- No business data: the one table of which a dispatcher sees all tenants' rows.
CREATE TABLE run_queue (
    tenant_id   uuid        NOT NULL,
    run_id      uuid        NOT NULL,
    due_at      timestamptz NOT NULL,
    priority    smallint    NOT NULL DEFAULT 0,
    owner       uuid,
    epoch       bigint      NOT NULL DEFAULT 0,
    lease_until timestamptz,
    PRIMARY KEY (tenant_id, run_id)
);
CREATE INDEX idx_run_queue_due ON run_queue (due_at) WHERE owner IS NULL;

CREATE TABLE anchors (
    tenant_id uuid        NOT NULL,
    number    bigint      NOT NULL CHECK (number > 0),
    from_at   timestamptz NOT NULL,
    to_at     timestamptz NOT NULL CHECK (to_at > from_at),
    root      bytea       NOT NULL CHECK (octet_length(root) = 32),
    signature bytea       NOT NULL CHECK (octet_length(signature) = 64),
    PRIMARY KEY (tenant_id, number)
);

-- The loud form: without a tenant the setting is missing or empty, and the cast raises instead of showing no rows.
CREATE PROCEDURE protect_table(wanted regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', wanted);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', wanted);
    EXECUTE format(
        'CREATE POLICY tenant ON %s TO autobiz_app, autobiz_read '
        'USING (tenant_id = (SELECT current_setting(''autobiz.tenant'')::uuid)) '
        'WITH CHECK (tenant_id = (SELECT current_setting(''autobiz.tenant'')::uuid))', wanted);
END
$$;

-- Row triggers come down from the parent; TRUNCATE of a partition would pass the parent by.
CREATE PROCEDURE keep_table(wanted regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER keep_table BEFORE TRUNCATE ON %s '
                   'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', wanted);
END
$$;

CREATE PROCEDURE make_partition(parent text, suffix text, first uuid, beyond uuid) LANGUAGE plpgsql AS $$
DECLARE
    wanted text := parent || '_' || suffix;
BEGIN
    IF to_regclass('public.' || wanted) IS NOT NULL THEN
        RETURN;
    END IF;
    IF first IS NULL THEN
        EXECUTE format('CREATE TABLE public.%I PARTITION OF public.%I DEFAULT', wanted, parent);
    ELSE
        EXECUTE format('CREATE TABLE public.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)',
                       wanted, parent, first, beyond);
    END IF;
    CALL protect_table(('public.' || wanted)::regclass);
    CALL keep_table(('public.' || wanted)::regclass);
END
$$;

-- A run's id begins with its moment in milliseconds, so a week is a range of ids.
CREATE PROCEDURE make_weeks(from_at timestamptz, weeks int) LANGUAGE plpgsql AS $$
DECLARE
    parent text;
    monday timestamptz;
BEGIN
    FOR week IN 0 .. weeks - 1 LOOP
        monday := date_trunc('week', from_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + week * interval '7 days';
        FOREACH parent IN ARRAY ARRAY['receipts', 'traces', 'state_versions'] LOOP
            CALL make_partition(parent, to_char(monday AT TIME ZONE 'UTC', 'IYYY"w"IW'),
                                first_id_of(monday), first_id_of(monday + interval '7 days'));
        END LOOP;
    END LOOP;
END
$$;

CREATE FUNCTION first_id_of(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (rpad(lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0'), 32, '0'))::uuid
$$;

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['tenants', 'runs', 'idempotency', 'receipts', 'traces', 'state_versions',
            'event_store', 'event_conflicts', 'hitl_requests', 'reconciliation', 'run_queue', 'anchors'] LOOP
        CALL protect_table(wanted::regclass);
        EXECUTE format('GRANT SELECT ON %I TO autobiz_app, autobiz_read', wanted);
    END LOOP;
    FOREACH wanted IN ARRAY ARRAY['receipts', 'traces', 'state_versions', 'event_conflicts', 'anchors'] LOOP
        EXECUTE format('CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON %I '
                       'FOR EACH ROW EXECUTE FUNCTION refuse_change()', wanted);
        CALL keep_table(wanted::regclass);
        EXECUTE format('GRANT INSERT ON %I TO autobiz_app', wanted);
    END LOOP;
    FOREACH wanted IN ARRAY ARRAY['receipts', 'traces', 'state_versions'] LOOP
        CALL make_partition(wanted, 'rest', NULL, NULL);
    END LOOP;
    FOREACH wanted IN ARRAY ARRAY['tenants', 'runs', 'idempotency', 'event_store', 'hitl_requests',
            'reconciliation', 'run_queue'] LOOP
        EXECUTE format('GRANT INSERT, UPDATE ON %I TO autobiz_app', wanted);
    END LOOP;
END
$$;

CREATE POLICY dispatch ON run_queue TO autobiz_dispatch USING (true) WITH CHECK (true);
GRANT SELECT, UPDATE ON run_queue TO autobiz_dispatch;
GRANT DELETE ON run_queue TO autobiz_app;
