"""What is declared of one function is not believed of code that other functions share with it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest

import whose
from whose.testing import installed


def politely(function: Callable[[], Any]) -> Callable[[], Any]:
    @functools.wraps(function)
    def polite() -> Any:
        function()
        raise ValueError("the decorator fails")

    return polite


def rudely(function: Callable[[], Any]) -> Callable[[], Any]:
    def rude() -> Any:
        function()
        raise ValueError("the decorator fails")

    return rude


def innocent() -> None: ...


def declared() -> None: ...


@pytest.mark.parametrize("decorate", [politely, rudely])
def test_a_declared_function_does_not_claim_its_decorator(decorate: Callable[[Any], Any]) -> None:
    whose.owned_by("blue")(decorate(declared))
    with installed({"mappings": {"green": [__name__]}}):
        with pytest.raises(ValueError, match="the decorator fails") as caught:
            decorate(innocent)()
        owner = whose.owner_of(caught.value)
    assert owner.team is not None
    assert owner.team.name == "green"


def test_a_declared_function_is_known_behind_its_decorator() -> None:
    def fails() -> None:
        raise KeyError("why")

    decorated = whose.owned_by("blue")(politely(fails))
    with installed({"mappings": {"green": [__name__]}}):
        with pytest.raises(KeyError) as caught:
            decorated()
        owner = whose.owner_of(caught.value)
    assert owner.team is not None
    assert owner.team.name == "blue"
