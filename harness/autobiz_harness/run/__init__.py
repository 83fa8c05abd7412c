"""Run the stages of a project in order, gather their evidence, decide."""
