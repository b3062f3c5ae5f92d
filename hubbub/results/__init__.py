"""The files that runs leave behind: their formats, where they lie, written whole, read strictly."""
