"""How things are told to people, and what they wrote is read: quantities, commands, near words, redaction."""
