"""Servers with faults that a load test measures: one delivery in so many, or all of them late."""
