"""The opening handshake as HTTP (RFC 6455 §4, RFC 9112): requests, responses, the form of a 101."""
