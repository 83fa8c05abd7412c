-- Which weeks were sealed (warm) and which are in files (cold). Not tenant data: what it counts and sums is of all
-- tenants, so whoever works for one of them sees the ranges alone.
CREATE TABLE archives (
    partition text        NOT NULL,
    parent    text        NOT NULL CHECK (parent IN ('receipts', 'traces', 'state_versions')),
    tier      text        NOT NULL CHECK (tier IN ('warm', 'cold')),
    first_id  uuid        NOT NULL,
    beyond_id uuid        NOT NULL CHECK (beyond_id > first_id),
    rows      bigint      NOT NULL CHECK (rows >= 0),
    digest    digest      NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (partition, tier)
);
-- A run of today has an id beyond all of them, which one look at the end of this index tells.
CREATE INDEX idx_archives_beyond ON archives (beyond_id);
CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON archives FOR EACH ROW EXECUTE FUNCTION refuse_change();
CALL keep_table('archives');
GRANT SELECT (partition, parent, tier, first_id, beyond_id, at) ON archives TO autobiz_app, autobiz_read;
GRANT SELECT ON archives TO autobiz_archive;

-- On a partition that was sealed.
CREATE FUNCTION refuse_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'run % refused in %: its week is sealed; begin a run with an id of today', NEW.run_id, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

-- Where a row of a sealed week could come in nevertheless: a new run, and what lies in no week's partition. Named in
-- full, because whoever writes might have a table of this name before it on the path.
CREATE FUNCTION refuse_sealed_week() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (SELECT FROM public.archives a WHERE NEW.run_id >= a.first_id AND NEW.run_id < a.beyond_id) THEN
        RAISE EXCEPTION 'run % refused in %: its week is sealed; begin a run with an id of today', NEW.run_id,
            TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['runs', 'run_queue', 'receipts_rest', 'traces_rest', 'state_versions_rest'] LOOP
        EXECUTE format('CREATE TRIGGER keep_sealed BEFORE INSERT ON %I '
                       'FOR EACH ROW EXECUTE FUNCTION refuse_sealed_week()', wanted);
    END LOOP;
    FOREACH wanted IN ARRAY ARRAY['receipts', 'traces', 'state_versions', 'runs', 'run_queue', 'idempotency'] LOOP
        EXECUTE format('CREATE POLICY archive ON %I FOR SELECT TO autobiz_archive USING (true)', wanted);
    END LOOP;
END
$$;
-- Whole rows of what is archived; of the rest no more than tells whether a week may be.
GRANT SELECT ON receipts, traces, state_versions TO autobiz_archive;
GRANT SELECT (tenant_id, run_id, termination_reason, updated_at, receipt_seq, head_hash) ON runs TO autobiz_archive;
GRANT SELECT (run_id) ON run_queue TO autobiz_archive;
GRANT SELECT (receipt_run, expires_at) ON idempotency TO autobiz_archive;
