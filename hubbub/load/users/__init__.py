"""Simulated users: scenarios' base, their clients and memberships, and the engine that they share."""
