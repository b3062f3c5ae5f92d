"""The figures, one module each: functions from numbers to an inline SVG."""
