"""A run while it is on, in the terminal and in Locust's web page."""
