"""Reading tracebacks as people paste them."""

from __future__ import annotations

import json
import traceback

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whose.report.pasted import PastedTraceback, chains, is_translated, parse_tracebacks


def fails() -> None:
    {}["a"]  # type: ignore[index]


def translates() -> None:
    try:
        fails()
    except KeyError as error:
        raise ValueError("x") from error


def falls_back() -> None:
    try:
        fails()
    except KeyError:
        int("no number")


def raises_anew() -> None:
    try:
        fails()
    except KeyError:
        raise ValueError("y")  # noqa: B904 - the very thing that is tried


def printed(function: object) -> str:
    try:
        function()  # type: ignore[operator]
    except Exception as error:
        return "".join(traceback.format_exception(error))
    raise AssertionError("it did not fail")


def functions(traceback: PastedTraceback) -> list[str]:
    return [pasted.frame.function for pasted in traceback.frames]


PREFIXES = {
    "plain": lambda line: line,
    "of docker compose": lambda line: f"worker-1  | {line}",
    "of a log": lambda line: f"2026-11-22 10:00:00,123 ERROR [worker] {line}",
    "indented": lambda line: f"        {line}",
    "windows line ends": lambda line: f"{line}\r",
}


@pytest.mark.parametrize("prefix", PREFIXES.values(), ids=PREFIXES)
def test_what_python_prints_is_read_whatever_stands_before_each_line(prefix: object) -> None:
    text = "\n".join(prefix(line) for line in printed(translates).splitlines())  # type: ignore[operator]
    first, second = parse_tracebacks(text)
    assert (functions(first), first.error, first.link) == (["translates", "fails"], "KeyError: 'a'", "")
    assert (functions(second), second.error, second.link) == (["printed", "translates"], "ValueError: x", "cause")
    assert second.frames[-1].code == 'raise ValueError("x") from error'


def test_text_around_and_several_tracebacks_are_told_apart() -> None:
    text = f"hello\n{printed(fails)}then\n{printed(fails)}bye\n"
    assert [traceback.error for traceback in parse_tracebacks(text)] == ["KeyError: 'a'"] * 2
    assert len(chains(parse_tracebacks(text))) == 2


def test_a_context_stands_for_the_error_only_where_the_catching_function_raised() -> None:
    assert is_translated(*parse_tracebacks(printed(raises_anew)))
    assert not is_translated(*parse_tracebacks(printed(falls_back)))
    assert is_translated(*parse_tracebacks(printed(translates)))


def test_the_leaves_of_a_group_are_chains_of_their_own() -> None:
    def fails_in_many_ways() -> None:
        errors = []
        for function in (translates, fails):
            try:
                function()
            except Exception as error:
                errors.append(error)
        raise ExceptionGroup("several", errors)

    group, first, second = chains(parse_tracebacks(printed(fails_in_many_ways)))
    assert [traceback.is_group for traceback in group] == [True]
    assert [traceback.error for traceback in first] == ["KeyError: 'a'", "ValueError: x"]
    assert [traceback.error for traceback in second] == ["KeyError: 'a'"]
    assert first[0].is_leaf
    assert second[0].is_leaf


def test_a_traceback_in_a_line_of_json_is_read() -> None:
    (traceback,) = parse_tracebacks(json.dumps(printed(fails)))
    assert functions(traceback) == ["printed", "fails"]
    assert traceback.error == "KeyError: 'a'"


def test_a_deep_recursion_is_read() -> None:
    def recurse() -> None:
        recurse()

    (traceback,) = parse_tracebacks(printed(recurse))
    assert traceback.error.startswith("RecursionError")
    assert functions(traceback)[-1] == "recurse"


def test_frames_without_header_and_end_are_read() -> None:
    (traceback,) = parse_tracebacks('  File "shop/cart.py", line 3, in add\n    total()\n')
    assert functions(traceback) == ["add"]
    assert traceback.error == ""


def test_a_file_of_windows_and_one_without_function_are_read() -> None:
    text = (
        'Traceback (most recent call last):\n  File "C:\\app\\x.py", line 3\n    x =\n      ^\nSyntaxError: invalid\n'
    )
    (traceback,) = parse_tracebacks(text)
    assert traceback.frames[0].frame.file == "C:\\app\\x.py"
    assert functions(traceback) == ["<module>"]
    assert traceback.error == "SyntaxError: invalid"


LINES = st.sampled_from(
    [
        "Traceback (most recent call last):",
        '  File "a/b.py", line 3, in f',
        '  |   File "a/b.py", line 3, in f',
        "    code()",
        "  + Exception Group Traceback (most recent call last):",
        "  +-+---------------- 1 ----------------",
        "    +------------------------------------",
        "The above exception was the direct cause of the following exception:",
        "ValueError: x",
        "",
        "  | ",
        "File " * 50,
    ]
)


@given(st.lists(LINES | st.text(max_size=30), max_size=40))
@settings(max_examples=300, deadline=None)
def test_no_text_is_too_much_for_it(lines: list[str]) -> None:
    for chain in chains(parse_tracebacks("\n".join(lines))):
        assert chain
