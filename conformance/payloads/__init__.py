"""What checks send, made beforehand: good and bad messages, compressed ones, messages in many fragments."""
