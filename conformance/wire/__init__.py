"""The suite's own WebSocket client: frames, handshake, transcript, and the verbs of a check."""
