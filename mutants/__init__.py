"""Deliberately broken servers that prove each check can fail, and odd but legal ones."""
