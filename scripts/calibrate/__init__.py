"""Measures the ceiling of one load-generating process on this machine: ``make calibrate``."""
