"""Servers that read or write frames wrongly: lengths, fragments, closing, compression."""
