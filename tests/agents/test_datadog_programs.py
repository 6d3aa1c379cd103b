"""A worker and a site under ddtrace-run: log lines name trace and owner at once, spans the team, the user's first."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.agents.launchers.datadog_programs import NAMES, PROGRAMS_RUN, Left, Line, left_by_programs
from tests.agents.launchers.environments import programs_of
from tests.agents.test_oldest_versions import OTHERS, VERSIONS


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Left:
    return left_by_programs(tmp_path_factory.mktemp("dogs"))


@pytest.mark.parametrize("program", PROGRAMS_RUN)
def test_a_team_of_the_users_wins_over_the_owner(left: Left, program: str) -> None:
    entries = left.entries(program)
    assert {name: span.tags.get("team") for name, span in entries.items()} == PROGRAMS_RUN[program]
    assert {name: span.tags.get("code_owner") for name, span in entries.items()} == {
        name: None if name == "sweep" else "red" for name in NAMES
    }


@pytest.mark.parametrize("program", PROGRAMS_RUN)
def test_the_failed_entry_span_by_which_errors_are_assigned_carries_the_team(left: Left, program: str) -> None:
    (failed,) = (span for span in left.entries(program).values() if span.is_error)
    # Of a request, ddtrace keeps what went wrong on a span further in, which error tracking does not look at.
    assert failed.tags.get("error.type") == (None if program == "site" else "builtins.ValueError")
    assert failed.tags["team"] == PROGRAMS_RUN[program]["fail"]
    assert failed.tags["code_owner_at_fault"] == "red"


@pytest.mark.parametrize("program", PROGRAMS_RUN)
def test_a_line_of_a_log_names_the_trace_and_its_owner(left: Left, program: str) -> None:
    owners = {span.trace_id: span.tags.get("code_owner") for span in left.entries(program).values()}
    lines = [line for line in left.plain_lines(program) if line.message.startswith("in ")]
    assert len(lines) == len(NAMES)
    for line in lines:
        assert line.service == program
        assert line.owner == ("red" if line.message == "in red" else None)
        assert line.owner == owners[int(line.trace_id, 16) % 2**64], "the trace that the line names"


@pytest.mark.parametrize("program", PROGRAMS_RUN)
def test_a_line_outside_all_work_names_neither(left: Left, program: str) -> None:
    (line,) = (line for line in left.plain_lines(program) if line.message == "outside all work")
    assert line == Line("0", "0", program, None, "outside all work")


@pytest.mark.parametrize("program", PROGRAMS_RUN)
def test_a_json_formatter_is_told_the_same(left: Left, program: str) -> None:
    # Two processes write to the two files, each in the order in which it gets there.
    plain, in_json = Counter(left.plain_lines(program)), Counter(left.json_lines(program))
    assert plain
    assert plain == in_json


@pytest.mark.parametrize("program", PROGRAMS_RUN)
def test_nothing_goes_wrong_on_the_way_to_the_log(left: Left, program: str) -> None:
    log = (left.project / f"{program}.log").read_text()
    assert log
    assert "Logging error" not in log
    assert "whose contained" not in log


@pytest.mark.slow
@pytest.mark.parametrize("versions", VERSIONS)
def test_the_oldest_versions_do_the_same(versions: str, tmp_path: Path) -> None:
    left = left_by_programs(tmp_path, programs=programs_of(versions.replace(" ", "-"), (*VERSIONS[versions], *OTHERS)))
    for program in PROGRAMS_RUN:
        test_a_team_of_the_users_wins_over_the_owner(left, program)
        test_the_failed_entry_span_by_which_errors_are_assigned_carries_the_team(left, program)
        test_a_line_of_a_log_names_the_trace_and_its_owner(left, program)
        test_a_line_outside_all_work_names_neither(left, program)
        test_a_json_formatter_is_told_the_same(left, program)
        test_nothing_goes_wrong_on_the_way_to_the_log(left, program)
