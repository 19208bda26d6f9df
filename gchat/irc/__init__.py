"""The IRC language, pure: bytes in, messages out, and back.  Imports nothing else of gchat (FLOOR 0)."""
