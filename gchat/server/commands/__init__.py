"""What each command of a client does: handlers by topic, named in the table of ``dispatch.py``.

A handler looks at the world, refuses or replies, and last of all commits events; it never waits and never
writes to the world.  See ``request.py`` for what it is given.
"""
