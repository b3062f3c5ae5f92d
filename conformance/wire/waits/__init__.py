"""How long is waited: measured from the server, and less for what was waited for in vain before."""
