-- With the triggers that stand on them: every sealed week is open again. What is in files stays there.
DROP FUNCTION refuse_sealed(), refuse_sealed_week() CASCADE;
DROP POLICY archive ON receipts;
DROP POLICY archive ON traces;
DROP POLICY archive ON state_versions;
DROP POLICY archive ON runs;
DROP POLICY archive ON run_queue;
DROP POLICY archive ON idempotency;
REVOKE ALL ON receipts, traces, state_versions, runs, run_queue, idempotency FROM autobiz_archive;
DROP TABLE archives;
