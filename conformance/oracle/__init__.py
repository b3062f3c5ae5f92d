"""The always-on oracle: the general rules, held against the whole transcript of every check.

It reads transcripts and nothing else, so a saved one can be judged again offline.

Theory of operation. ``reconstruct`` makes a ``History`` of a transcript, ``judge`` holds each rule against
it, and a rule yields a ``Violation`` for each breach that it can prove. What makes a proof:

- O1. One order. An event's *place* is its index in the transcript, and the only order that rules compare. A
  frame is recorded as sent before the server can have it, and as received after the server sent it. So
  "received at a lower place than sent" is impossible for a right server, while two places of different
  clients that lie close together say nothing of the order in which the server saw them.
- O2. Windows. A client is owed what is sent between the place of its Status (STAT-3) and the place where
  its membership began to end, from whichever side. At both edges the server may go either way: what was
  sent just outside may arrive or not.
- O3. Absence. A transcript ends while messages may be under way, so that nothing came at the end proves
  nothing. A loss is proved by a gap: a later message of the same sender arrived, and each receiver gets one
  sender's messages in order (BCAST-4). Whatever else must come is awaited by the checks themselves.
- O4. Identity. A Chat names its sender by WSID only, which may be given again after its holder is gone
  (STAT-2); ``senders`` finds the likeliest. Equal messages are separate ones that nobody can tell apart
  (BCAST-15); ``matching`` assigns them so that the server looks as good as it can.
- O5. Intent. A check says of each message whether it must go out (``good``), may (``open``) or must not
  (``bad``). Only good ones are owed, only bad ones are a fault when they arrive.
- O6. Doubt is the server's. A stranger may be in a room with a common name (``shares_its_room``); a client
  that stopped reading may be disconnected at any time (BCAST-9); a sender of very much may be limited
  (SEC-5). Rules leave out whom and what such doubt is about.
- O7. A transcript that is not whole is judged up to where events were left out: what that much shows is
  certain.
"""
