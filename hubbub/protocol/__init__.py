"""Room Chat 1.0 as data and pure wire types: no sockets, no clock, no event loop, no framework."""
