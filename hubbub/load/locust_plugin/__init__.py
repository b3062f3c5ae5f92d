"""Hooks the load engine into Locust: its events, signals, and the end of its main program."""
