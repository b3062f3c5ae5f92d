"""What is raised for settings that cannot be used."""


class ConfigError(ValueError):
    """A setting that makes no sense. Its text is one line that says what to change."""
