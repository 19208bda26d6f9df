"""gchat: a chat that a team hosts with one command and lives in from the terminal."""

__version__ = "0.1.0"
