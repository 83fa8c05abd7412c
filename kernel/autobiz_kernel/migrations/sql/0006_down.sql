DROP TABLE hitl_late_decisions;
DROP FUNCTION tell_due() CASCADE;
