"""The stateful check: hypothesis makes up sequences of what people do, and a model says what must come.

From ``operations`` (what may happen) over ``model`` (what it means) to ``script`` (the plain test body that
does it): what is run and what is printed are the same text. ``search`` runs many and makes a failing one
small.
"""
