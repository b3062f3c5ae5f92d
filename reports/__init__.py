"""Reads results and draws them: HTML, Markdown, terminal, comparison."""
