"""A run that must not skip: ``PREFSTRATA_REQUIRE=lakefs,spark,browser,slices python -m pytest``.

Tests with one of the named markers have to run. The session fails when one of them was skipped, when a whole file was
skipped (it may have held some), or when there was none at all: green then says that these parts were seen to work.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

VARIABLE = "PREFSTRATA_REQUIRE"


class Required:
    """Counts what ran and what was skipped, in the process that reports (under xdist: the controller)."""

    def __init__(self, markers: frozenset[str]) -> None:
        """Watch for tests with any of ``markers``."""
        self._ran: dict[str, int] = dict.fromkeys(sorted(markers), 0)
        self._skipped: list[str] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Write the item's required markers into its report, which travels to the controller; the item does not."""
        report = yield
        report.__dict__["required"] = [marker for marker in self._ran if item.get_closest_marker(marker)]
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test that ran; remember one that was skipped."""
        markers: list[str] = report.__dict__.get("required", [])
        if report.skipped and not hasattr(report, "wasxfail"):
            if markers:
                self._skipped.append(f"{report.nodeid} ({', '.join(markers)}): {_reason(report)}")
        elif report.when == "call":
            for marker in markers:
                self._ran[marker] += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember a file that was skipped whole."""
        if report.skipped:
            self._skipped.append(f"{report.nodeid} (the whole file): {_reason(report)}")

    def _complaints(self) -> list[str]:
        return self._skipped + [f"no test marked {marker} ran" for marker, count in self._ran.items() if not count]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turn a green session red when something required did not run."""
        reports = not hasattr(session.config, "workerinput")
        if reports and not session.config.option.collectonly and self._complaints():
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        """Say what did not run."""
        if not config.option.collectonly and (complaints := self._complaints()):
            terminalreporter.section(f"{VARIABLE}: not seen to work", red=True)
            for complaint in complaints:
                terminalreporter.line(complaint)


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)


def pytest_configure(config: pytest.Config) -> None:
    """Watch the markers that the environment names; an unknown one is a mistake."""
    markers = frozenset(os.environ.get(VARIABLE, "").replace(",", " ").split())
    known = {line.split(":")[0] for line in config.getini("markers")}
    if unknown := sorted(markers - known):
        raise pytest.UsageError(f"{VARIABLE} names {', '.join(unknown)}: no such marker")
    if markers:
        config.pluginmanager.register(Required(markers), "required")
