"""Frames of RFC 6455 §5: as values, read from a stream, and where a stream stands between them."""
