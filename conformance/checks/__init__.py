"""The checks: a folder for each group of requirements; each check a plain test that is given a `wire`."""
