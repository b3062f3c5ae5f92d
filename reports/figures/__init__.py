"""The figures: one module each, every one a function from numbers to an inline SVG. Numbers first, drawing last."""
