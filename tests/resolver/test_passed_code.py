"""Code that was passed over is not judged again, unless it was declared in the meantime."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import whose
from whose.resolver import Resolver
from whose.testing import installed


def failing() -> Callable[[], None]:
    """Return a new function that nobody owns and that fails."""
    names: dict[str, Callable[[], None]] = {}
    exec(compile("def fails():\n    raise LookupError", "/srv/unowned.py", "exec"), {"__name__": "unowned"}, names)
    return names["fails"]


def error_of(function: Callable[[], None]) -> LookupError:
    try:
        function()
    except LookupError as error:
        return error
    raise AssertionError


def team_at_fault(function: Callable[[], None]) -> str | None:
    team = whose.owner_of(error_of(function)).team
    return team.name if team is not None else None


def test_code_declared_after_it_was_passed_over_is_at_fault() -> None:
    function = failing()
    with installed({}):
        assert team_at_fault(function) is None
        whose.owned_by("team-red")(function)
        assert team_at_fault(function) == "team-red"


def test_code_declared_late_is_at_fault_in_front_of_code_that_is_still_passed_over() -> None:
    outer, inner = failing(), failing()
    with installed({}):
        assert team_at_fault(inner) is None
        assert team_at_fault(outer) is None
        whose.owned_by("team-blue")(outer)
        assert (team_at_fault(inner), team_at_fault(outer)) == (None, "team-blue")


def test_code_that_was_passed_over_is_not_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    function = failing()
    judged: list[str] = []
    judge = Resolver.owner_of_frame

    def watched(self: Resolver, code: object, module: str | None) -> object:
        judged.append(str(module))
        return judge(self, code, module)  # type: ignore[arg-type]

    monkeypatch.setattr(Resolver, "owner_of_frame", watched)
    with installed({}):
        for _ in range(3):
            assert team_at_fault(function) is None
    assert judged.count("unowned") == 1
