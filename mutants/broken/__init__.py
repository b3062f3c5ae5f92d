"""Servers with one fault each, by the part of the protocol that they break."""
