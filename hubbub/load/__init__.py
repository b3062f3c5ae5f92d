"""The load engine under the scenarios: connections, ledger, latency, validity, and Locust's wiring."""
