"""Messages of the protocol by themselves: strict JSON, patterns, what differs between two. No sockets."""
