"""What all results share: where they lie, how they are written whole, and how their numbers are told."""
