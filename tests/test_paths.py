"""The platform's folders are platformdirs', worked out quicker."""

import sys

import platformdirs
import pytest

from gchat import paths


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="asks platformdirs itself there")
@pytest.mark.parametrize("home", ["/home/neural", "/"])
@pytest.mark.parametrize("chosen", [None, "", "/elsewhere", "/elsewhere/", "relative/folder", "   "])
@pytest.mark.parametrize(
    ("ours", "theirs", "variable"),
    [
        (paths.config_folder, platformdirs.user_config_dir, "XDG_CONFIG_HOME"),
        (paths.data_folder, platformdirs.user_data_dir, "XDG_DATA_HOME"),
        (paths.state_folder, platformdirs.user_state_dir, "XDG_STATE_HOME"),
    ],
)
def test_as_platformdirs_says(
    ours, theirs, variable: str, chosen, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", home)
    if chosen is None:
        monkeypatch.delenv(variable, raising=False)
    else:
        monkeypatch.setenv(variable, chosen)
    assert ours() == theirs("gchat", appauthor=False)


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_elsewhere_platformdirs_is_asked(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert paths.config_folder() == platformdirs.user_config_dir("gchat", appauthor=False)


def test_private_folders_are_their_owners_alone(tmp_path) -> None:
    folder = paths.make_private(str(tmp_path / "one" / "two"))
    assert (tmp_path / "one" / "two").stat().st_mode & 0o777 == 0o700
    assert paths.make_private(folder) == folder
