"""The files that runs leave behind: their formats, where they lie, how they are written and read."""
