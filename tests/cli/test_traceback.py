"""``whose traceback``: the owners of the frames of pasted tracebacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import SHOP, MakeRepository, Whose
from whose.cli import FAILED, FOUND

FROM_A_CONTAINER = """\
[2026-11-22 10:00:00: ERROR/ForkPoolWorker-1] Task raised unexpected: KeyError('total')
Traceback (most recent call last):
  File "/usr/local/lib/python3.11/site-packages/celery/app/trace.py", line 453, in trace_task
    R = retval = fun(*args, **kwargs)
  File "/app/src/shop/urls.py", line 4, in serve
    views.add(request)
  File "/app/src/shop/cart/views.py", line 2, in add
    return retry(lambda: cart["total"])
  File "/app/src/shop/lib.py", line 2, in retry
    return f()
  File "/usr/local/lib/python3.11/json/__init__.py", line 346, in loads
    return _default_decoder.decode(s)
KeyError: 'total'
"""


def test_the_innermost_owned_frame_is_at_fault_on_another_machine_too(whose: Whose, shop: Path) -> None:
    (shop / "log.txt").write_text(FROM_A_CONTAINER)
    done = whose("traceback", "log.txt", "--json")
    (chain,) = done.json["chains"]
    assert done.code == 0
    assert chain["at_fault"]["path"] == "src/shop/cart/views.py"
    assert chain["at_fault"]["ownership"]["team"] == "team-red"
    frames = chain["tracebacks"][0]["frames"]
    assert [(frame["path"], frame["passed_over"]) for frame in frames] == [
        (None, "installed package"),
        ("src/shop/urls.py", None),
        ("src/shop/cart/views.py", None),
        ("src/shop/lib.py", "transparent code"),
        (None, "standard library"),
    ]
    shown = whose("traceback", "log.txt").out
    assert "at fault: team-red, by mapping rule 'shop.cart' at pyproject.toml:8" in shown
    marked = [line for line in shown.splitlines() if line.startswith("▶")]
    assert len(marked) == 1
    assert "src/shop/cart/views.py:2 in add" in marked[0]


def test_a_file_of_an_installed_wheel_is_found_again(whose: Whose, shop: Path) -> None:
    text = FROM_A_CONTAINER.replace("/app/src/", "/opt/venv/lib/python3.12/site-packages/")
    (shop / "log.txt").write_text(text)
    (chain,) = whose("traceback", "log.txt", "--json").json["chains"]
    assert chain["at_fault"]["path"] == "src/shop/cart/views.py"


def test_the_original_exception_is_judged_before_those_that_stand_for_it(whose: Whose, shop: Path) -> None:
    (shop / "log.txt").write_text(
        'Traceback (most recent call last):\n  File "/app/src/shop/cart/views.py", line 2, in add\n    x()\n'
        "KeyError: 1\n\nThe above exception was the direct cause of the following exception:\n\n"
        'Traceback (most recent call last):\n  File "/app/src/shop/urls.py", line 2, in serve\n'
        "    raise ValueError from error\nValueError\n"
    )
    (chain,) = whose("traceback", "log.txt", "--json").json["chains"]
    assert chain["at_fault"]["ownership"]["team"] == "team-red"
    assert [traceback["link"] for traceback in chain["tracebacks"]] == [None, "cause"]


def test_a_declaration_on_the_function_counts(whose: Whose, make_repository: MakeRepository) -> None:
    root = make_repository(
        {**SHOP, "src/shop/cart/views.py": 'import whose\n\n@whose.owned_by("team-green")\ndef add(): ...\n'}
    )
    (root / "log.txt").write_text('  File "/app/src/shop/cart/views.py", line 4, in add\nKeyError: 1\n')
    (chain,) = whose("traceback", "log.txt", "--json").json["chains"]
    assert chain["at_fault"]["ownership"]["team"] == "team-green"


@pytest.mark.parametrize("text", ["all is well\n", ""])
def test_a_text_without_traceback_is_told(whose: Whose, shop: Path, text: str) -> None:
    (shop / "log.txt").write_text(text)
    done = whose("traceback", "log.txt")
    assert done.code == FOUND
    assert "no Python traceback in log.txt" in done.err


def test_nobody_at_fault_is_a_finding(whose: Whose, shop: Path) -> None:
    (shop / "log.txt").write_text('  File "/usr/lib/python3.11/json/decoder.py", line 2, in x\nKeyError: 1\n')
    done = whose("traceback", "log.txt")
    assert done.code == FOUND
    assert "nobody known, since no frame is the repository's" in done.out


def test_a_file_that_is_not_there_is_an_error(whose: Whose, shop: Path) -> None:
    done = whose("traceback", "nothing.txt")
    assert done.code == FAILED
    assert "nothing.txt: cannot be read (No such file or directory)" in done.err
