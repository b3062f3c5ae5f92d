"""The account of every delivery: who was owed what, what came, what is missing."""
