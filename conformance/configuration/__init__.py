"""What a run is given: the options of the command line, and the profile that the server declares."""
