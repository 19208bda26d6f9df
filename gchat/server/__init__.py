"""The server: a pure core that decides, and a thin gevent shell that touches the machine.

From below: ``world`` (who is where), ``events`` (what can happen), ``apply`` (the only writer of the world
and the source of deliveries), ``delivery`` and ``outbox`` (the broadcast queue), ``request``, ``dispatch``
and ``commands`` (from a line to an event), ``engine`` (all of it together), ``stores`` and ``backplane`` (the
two seams), ``net``, ``connection`` and ``flush`` (sockets), ``worker`` (threads, whose turns are ``lanes``),
``config`` and ``main``.  A line's way through them is told in ``engine``.
"""
