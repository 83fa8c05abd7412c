DROP TABLE circuit_resets;
