"""What is looked at before a run starts: whether this machine can carry it, and what it will ask for."""
