"""What every test may use: the ``needs`` marker.  Fixtures of one part live in that part's own folder.

Where ``GCHAT_TEST_REQUIRE_ALL`` is set, everything is said to be installed: a skipped test is a failed one,
but for the reasons of ``skips.py``.
"""

import os
import shutil
from collections.abc import Generator

import pytest

from tests.skips import FORBIDDEN, OPTIONAL

# Debian keeps daemons out of an ordinary user's PATH
SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that the others are done beside it."""
    items.sort(key=lambda item: item.path.name != "test_compiled.py")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose tools are missing."""
    for marker in item.iter_markers("needs"):
        for tool in marker.args:
            if find_tool(tool) is None:
                pytest.skip(f"{tool} is not installed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where nothing may be skipped."""
    report = yield
    if report.skipped and os.environ.get("GCHAT_TEST_REQUIRE_ALL"):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if reason.removeprefix("Skipped: ").startswith((FORBIDDEN, OPTIONAL)):
            return report
        report.outcome = "failed"
        report.longrepr = f"{reason}, and GCHAT_TEST_REQUIRE_ALL asks for every test"
    return report


def find_tool(name: str) -> str | None:
    """Return the path of a program, also of one in a system folder."""
    return shutil.which(name, path=os.environ.get("PATH", os.defpath) + ":" + SYSTEM_FOLDERS)
