"""The reports: page, terminal, Markdown, badge, and servers side by side."""
