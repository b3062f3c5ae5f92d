"""The run's clock, arrival times, and the waking of users."""
