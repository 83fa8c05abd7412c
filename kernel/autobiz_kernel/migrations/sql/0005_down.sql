DROP TABLE hitl_late_decisions;
