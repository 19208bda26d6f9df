"""The raw protocol of the "TCP chat in Python" tutorial, pure, behind the same interface as IRC (FLOOR 1).

The tutorial's server sends ``NICK``, its client answers with a nickname, and everything after that is text
without any frame: one ``send`` is one message, if the network is so kind.  ``detect`` says who speaks it,
``wire`` is the server's side of it (for ``nc`` and ``telnet`` too), ``peer`` the client's.
"""
