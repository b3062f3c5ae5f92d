"""What mutants are made with: registration, the record of faults, bases to write a fault against."""
