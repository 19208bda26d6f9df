"""``python -m gchat``: the client."""

from gchat.client.main import main

if __name__ == "__main__":
    raise SystemExit(main())
