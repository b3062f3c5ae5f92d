"""The suite as a pytest plugin: options, selection, the session, verdicts, results, summary."""
