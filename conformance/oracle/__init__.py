"""The always-on oracle: the general rules, held against the whole transcript of every check.

It reads transcripts and nothing else, so a saved one can be judged again offline.
"""

from .judge import judge
from .story import Violation

__all__ = ["Violation", "judge"]
