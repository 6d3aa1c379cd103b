"""The judge of the agents' tests must be able to say that something is wrong."""

from __future__ import annotations

from tests.agents.verdicts import UNLISTED, Claim, Received, by_flavour, judge

RED = {"code_owner": "red", "code_owner_source": "mapping"}
BLUE = {"code_owner": "blue", "code_owner_source": "mapping"}
NOBODY = {"code_owner": None, "code_owner_source": "none"}


def claim(name: str, attributes: dict[str, str | None], *, least: int = 1, most: float = 1) -> Claim:
    return Claim(flavour=f"flavour of {name}", name=name, attributes=attributes, least=least, most=most)


def test_what_was_expected_is_right() -> None:
    (verdict,) = judge([claim("a", dict(RED))], [Received("a", {**RED, "other": 1})])
    assert verdict.is_right
    assert verdict.right == 1


def test_another_owner_is_wrong() -> None:
    (verdict,) = judge([claim("a", dict(RED))], [Received("a", BLUE)])
    assert (verdict.right, verdict.wrong) == (0, 1)
    assert verdict.complaints == ["a: code_owner is 'blue' instead of 'red'"]


def test_an_owner_where_nobody_owns_is_wrong() -> None:
    (verdict,) = judge([claim("a", dict(NOBODY))], [Received("a", RED)])
    assert verdict.wrong == 1


def test_no_attributes_at_all_are_unattributed_even_where_nobody_owns() -> None:
    (verdict,) = judge([claim("a", dict(NOBODY))], [Received("a", {"code_owner": None})])
    assert verdict.unattributed == 1
    assert not verdict.is_right


def test_too_few_and_too_many_are_told() -> None:
    few, many = judge(
        [claim("a", dict(RED), least=2, most=2), claim("b", dict(RED))], [Received("a", RED)] + [Received("b", RED)] * 2
    )
    assert few.missing == 1
    assert many.surplus == 1


def test_what_no_claim_names_is_told() -> None:
    (verdict,) = judge([], [Received("a", RED)])
    assert verdict.flavour == UNLISTED
    assert not verdict.is_right


def test_claims_of_one_name_share_what_was_received() -> None:
    claims = [claim("a", dict(RED), least=2, most=2), claim("a", dict(BLUE))]
    verdicts = judge(claims, [Received("a", BLUE), Received("a", RED), Received("a", RED)])
    assert [verdict.right for verdict in verdicts] == [2, 1]
    assert all(verdict.is_right for verdict in verdicts)


def test_verdicts_on_one_flavour_are_joined() -> None:
    joined = by_flavour(
        judge([claim("a", dict(RED)), claim("a", dict(RED))], [Received("a", BLUE), Received("a", RED)])
    )
    assert [(verdict.right, verdict.wrong) for verdict in joined] == [(1, 1)]
