"""The account of every delivery: who was owed what, what came, what is missing.

Read in this order:

1. ``room_log``: the messages of one room, and their frames as one stream of bytes.
2. ``member_cursor``: how far one member has read that stream. This is the fast path, which nearly every
   delivery takes.
3. ``room_ledger``: everything that is not the next message in order: the slow path. It uses ``inspection``
   (what a new payload is), ``equal_messages`` (several messages with the same bytes), ``missing_deliveries``
   and ``userlists``.
4. ``sends``: what was published, as the processes of a run tell one another.
5. ``settlement``: whether each message came to everybody who was owed it. It uses ``open_messages`` (what is
   not settled yet) and ``windows`` (who was owed what while members come and go).
6. ``eviction``: forgetting what is settled.
7. ``accounting``: all of these together, for the rooms of one process.

Six invariants hold between any two calls; comments refer to them by number:

- I1: A cursor's index and offset agree. ``offset`` lies in the frame of message ``next``, or at its start.
- I2: ``first <= next <= log.end``, and every skipped index lies in between.
- I3: A message that was heard of as sent is either open or settled, never both. Missing deliveries are
  recorded for settled messages only.
- I4: Nothing is forgotten while it is open, or while it may still tell what was under way to a leaver.
- I5: The stand-in for a frame that must not be verified by comparison never equals bytes of a server.
- I6: Every delivery is counted once: in the read that completes its frame.
"""
