"""What people and machines read of a run: swimlanes, reports, summaries, JUnit, the page."""
