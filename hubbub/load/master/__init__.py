"""The master of a run: it plans it, keeps the workers' books together, judges, and writes the result."""
