"""How fast hubbub is, and how little memory it takes: `make bench`."""
