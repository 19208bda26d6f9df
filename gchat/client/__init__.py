"""gchat's client: a pure core between two thin shells.

    terminal, sockets, clock           loop.py and what it uses: all that waits or touches the machine
          | events (events.py)                ^ effects
          v                                   |
    update(model, event, now)          update.py: one function, no I/O, time passed in
          |- actions.py, searching.py, welcome.py    what keys do       keys.py  editor.py  completion.py
          |- invited.py                              an invitation, from the link to the channel
          |- commands.py, slash/                     what is typed      saying.py  composing.py  parting.py
          |- connection.py, session.py, wires.py     a connection's life, and the IRC side of one connection
          '- incoming/                               what each message of a server does
          v
    model.py                           everything the screen can show: networks, buffers, lines, members
          |
          v
    view/                              model -> frame; terminal.py paints the difference

Every text from outside passes ``text.sanitise`` once, where a message becomes the model's.  What we say is
followed until the server has it (``outgoing.py``).  Client and server know nothing of each other's code.
"""
