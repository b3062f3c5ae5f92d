"""What published messages carry, and how the server's messages are read."""
