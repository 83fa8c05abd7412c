DROP FUNCTION ride_many(json);
