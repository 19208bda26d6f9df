"""``python -m gchat.server``: the server."""

from gchat.server.main import main

if __name__ == "__main__":
    raise SystemExit(main())
