"""Servers that mistake who is a member: greeting, names, user lists, leaving and coming back."""
