DROP FUNCTION claim_many(jsonb);
DROP FUNCTION settle_many(jsonb);
