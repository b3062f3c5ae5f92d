"""Servers that deliver wrongly: to the wrong members or rooms, too rarely, too often, out of order."""
