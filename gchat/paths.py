"""The platform's folders for gchat: configuration, data, state.

Both sides use this, so that a person finds everything of gchat in one place.  The answers are platformdirs';
on Linux and the BSDs they are worked out here, because importing platformdirs takes 20 ms and the client
starts in 200.
"""

import os
import sys

_XDG = {
    "config": ("XDG_CONFIG_HOME", "~/.config"),
    "data": ("XDG_DATA_HOME", "~/.local/share"),
    "state": ("XDG_STATE_HOME", "~/.local/state"),
}


def config_folder() -> str:
    """Return where ``gchat.toml`` and ``gchat-server.toml`` are looked for; it need not exist."""
    return _folder("config")


def data_folder() -> str:
    """Return where histories and databases are kept; it need not exist."""
    return _folder("data")


def state_folder() -> str:
    """Return where what was remembered (the last nickname) is kept; it need not exist."""
    return _folder("state")


def make_private(folder: str) -> str:
    """Make a folder that only its owner may enter, and the parents it lacks; return it.  Raises OSError."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return folder


def _folder(kind: str) -> str:
    if sys.platform in ("darwin", "win32") or "ANDROID_ROOT" in os.environ:
        return _ask_platformdirs(kind)
    variable, default = _XDG[kind]
    chosen = os.environ.get(variable, "").strip()
    # XDG Base Directory Specification: "If an implementation encounters a relative path ... it should
    # consider the path invalid and ignore it."
    return os.path.join(chosen if os.path.isabs(chosen) else os.path.expanduser(default), "gchat")


def _ask_platformdirs(kind: str) -> str:
    import platformdirs

    ask = {
        "config": platformdirs.user_config_dir,
        "data": platformdirs.user_data_dir,
        "state": platformdirs.user_state_dir,
    }[kind]
    return ask("gchat", appauthor=False)
