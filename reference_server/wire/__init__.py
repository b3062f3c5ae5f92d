"""What the WebSocket library leaves to a server: whole messages, compression, shared frames, strict heads."""
