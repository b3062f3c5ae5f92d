"""The conformance suite: one file a requirement group, with its own client, oracle and verdicts."""
