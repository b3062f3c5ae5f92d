"""What a run is told: the options of the command line, and the profile that the server declares."""
