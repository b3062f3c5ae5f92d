"""What the master and the load-generating processes tell one another: message names and contents."""
