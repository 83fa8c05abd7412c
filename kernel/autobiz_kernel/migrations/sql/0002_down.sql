DROP FUNCTION claim_many(json);
DROP TYPE claim_ask;
DROP FUNCTION settle_many(json, boolean);
DROP FUNCTION take_run(uuid, uuid, timestamptz);
