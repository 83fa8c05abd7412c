DROP FUNCTION claim_many(json);
DROP FUNCTION settle_many(json);
DROP FUNCTION take_run(uuid, uuid, timestamptz);
