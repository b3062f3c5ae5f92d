"""The kill matrix: the conformance suite against every broken and every odd server in ``mutants/``.

It proves that the suite can fail, and that it is fair. What just is proved stands in ``proof``; the page
``docs/kill-matrix.md`` shows it.
"""
