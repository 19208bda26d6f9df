"""What every test may use: the ``needs`` marker.  Fixtures of one part live in that part's own folder."""

import os
import shutil

import pytest

# Debian keeps daemons out of an ordinary user's PATH
SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose tools are missing; where everything is said to be installed, fail instead."""
    for marker in item.iter_markers("needs"):
        for tool in marker.args:
            if find_tool(tool) is None:
                reason = f"{tool} is not installed"
                if os.environ.get("GCHAT_TEST_REQUIRE_ALL"):
                    pytest.fail(reason, pytrace=False)
                pytest.skip(reason)


def find_tool(name: str) -> str | None:
    """Return the path of a program, also of one in a system folder."""
    return shutil.which(name, path=os.environ.get("PATH", os.defpath) + ":" + SYSTEM_FOLDERS)
