-- What runs have carried along, and then what they claim: one commit for both. All of what was carried is taken or
-- nothing is written at all, because nobody may begin an effect on the strength of something that is not in the books.
CREATE FUNCTION ride_many(rides json) RETURNS text LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    settled text := settle_many(rides->'settles', true);
BEGIN
    RETURN '{"settles":' || settled || ',"claims":' || claim_many(rides->'claims') || '}';
END
$$;

REVOKE EXECUTE ON FUNCTION ride_many(json) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ride_many(json) TO autobiz_app;
