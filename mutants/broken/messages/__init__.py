"""Servers that write wrong messages, or take bad ones: fields, sizes, limits, markup."""
