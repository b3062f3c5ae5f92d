"""Steps that checks and scenes are put together from: join, leave, change a handshake, look at a userlist."""
