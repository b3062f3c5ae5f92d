"""The reference chat server: what Room Chat 1.0 means, by example."""
