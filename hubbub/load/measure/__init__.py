"""What is measured: distributions, counts, the timeline, the generator's own health."""
