"""A load-generating process's part in a run: what it answers, tells and reports."""
