"""``gchat`` and ``python -m gchat``: the client.

It imports nothing before ``main`` runs, so that ^C in the first moments is an end and no traceback.
"""

INTERRUPTED = 130  # as a shell has it for SIGINT


def main() -> int:
    """Run gchat and return its exit status."""
    try:
        from gchat.client import main as client

        return client.main()
    except KeyboardInterrupt:  # later it is a key
        return INTERRUPTED


if __name__ == "__main__":
    raise SystemExit(main())
