"""Checks of BCAST: who gets what, in which order, however members come, go and come back."""
