"""The files that every run leaves behind: where they lie, and how they are read and written whole."""
