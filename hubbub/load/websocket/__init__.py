"""WebSocket connections of simulated users: dialling, the opening handshake, reading and writing frames."""
