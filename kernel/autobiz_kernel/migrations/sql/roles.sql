-- Group roles, one for each kind of right; who logs in is the deployment's affair. Roles belong to the server and
-- not to a database, so two databases may be migrated at once: whoever comes second finds them there.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['autobiz_owner', 'autobiz_app', 'autobiz_read', 'autobiz_dispatch',
            'autobiz_archive'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
END
$$;
GRANT USAGE, CREATE ON SCHEMA public TO autobiz_owner;
GRANT USAGE ON SCHEMA public TO autobiz_app, autobiz_read, autobiz_dispatch, autobiz_archive;
