"""The suite's own WebSocket client, and the verbs of a check. It shares nothing with the servers it judges.

From the bottom up: ``framing``, ``http`` and ``compression`` are the protocols as values and bytes;
``link`` is one TCP or TLS connection; ``client`` is one WebSocket connection, legal or not; ``connections``
reads all clients of a check; ``waiting`` waits for what must come; ``wire`` says it in the words of a
check. All that happens is written into one ``transcript``, which the oracle judges.
"""
