-- Group roles, one for each kind of right; who logs in is the deployment's affair. Roles belong to the server and
-- not to a database, so two databases may be migrated at once: whoever comes second finds them there.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['autobiz_owner', 'autobiz_migrate', 'autobiz_app', 'autobiz_read', 'autobiz_dispatch',
            'autobiz_archive'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
    -- Granted where it is missing only: who migrates later may be no more than autobiz_migrate, which may become the
    -- owner and inherits nothing from it.
    IF NOT pg_has_role('autobiz_migrate', 'autobiz_owner', 'SET') THEN
        BEGIN
            GRANT autobiz_owner TO autobiz_migrate WITH INHERIT FALSE, SET TRUE;
        EXCEPTION WHEN unique_violation OR internal_error THEN
            NULL;  -- another database's migration grants it just now
        END;
    END IF;
    FOREACH wanted IN ARRAY ARRAY['autobiz_app', 'autobiz_read', 'autobiz_dispatch', 'autobiz_archive'] LOOP
        IF NOT has_schema_privilege(wanted, 'public', 'USAGE') THEN
            EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', wanted);
        END IF;
    END LOOP;
    IF NOT has_schema_privilege('autobiz_owner', 'public', 'CREATE') THEN
        GRANT USAGE, CREATE ON SCHEMA public TO autobiz_owner;
    END IF;
END
$$;
