"""What reports say of a result, in numbers and plain text, whatever they are written in."""
