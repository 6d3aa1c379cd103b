"""By which names ownership files may mean a team."""

from __future__ import annotations

import pytest

from whose.model import Team, TeamName
from whose.sources.roster import Roster, claimed_twice

RED = Team(TeamName("team-red"), handles=("@shop/red-squad",), contacts={"mail": "red@example.com", "chat": "#red"})
BLUE = Team(TeamName("Team Blue"))
ROSTER = Roster({team.name: team for team in (RED, BLUE)})


@pytest.mark.parametrize(
    ("text", "team", "is_claimed", "is_person"),
    [
        ("@shop/red-squad", "team-red", True, False),
        ("@SHOP/Red-Squad", "team-red", True, False),
        ("team-red", "team-red", True, False),
        ("@anything/team-red", "team-red", True, False),
        ("@group/sub/team-red", "team-red", True, False),
        ("red@example.com", "team-red", True, False),
        ("#red", "#red", False, False),
        ("team blue", "Team Blue", True, False),
        ("@shop/green", "green", False, False),
        ("@alice", "alice", False, True),
        ("alice@example.com", "alice@example.com", False, True),
        ("@@maintainer", "maintainer", False, False),
        ("team/with/slashes", "team/with/slashes", False, False),
    ],
)
def test_a_name_means_a_team(text: str, team: str, is_claimed: bool, is_person: bool) -> None:
    owner = ROSTER.owner_of(text)
    assert (owner.team, owner.is_claimed, owner.is_person) == (team, is_claimed, is_person)


@pytest.mark.parametrize(
    ("texts", "team"),
    [
        (["@alice", "@shop/green", "@shop/red-squad"], "team-red"),
        (["@alice", "@shop/green", "@shop/yellow"], "green"),
        (["@alice", "@bob"], "alice"),
    ],
)
def test_of_several_owners_a_team_that_claims_it_comes_first_then_a_group_then_a_person(
    texts: list[str], team: str
) -> None:
    owner = ROSTER.first_owner(texts)
    assert owner is not None
    assert owner.team == team


def test_of_no_owners_there_is_no_first_one() -> None:
    assert ROSTER.first_owner([]) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@shop/red-sqad", "CODEOWNERS:3: no team claims '@shop/red-sqad'; did you mean '@shop/red-squad'?"),
        ("@shop/team-rde", "CODEOWNERS:3: no team claims '@shop/team-rde'; did you mean 'team-red'?"),
        ("@zzz/qqq", "CODEOWNERS:3: no team claims '@zzz/qqq'; add it to the handles of a team"),
        ("@alice", "CODEOWNERS:3: '@alice' is a person, not a team; name a team, or give the person's handle to one"),
        ("@shop/red-squad", "None"),
    ],
)
def test_a_name_that_nobody_claims_is_told_with_the_one_that_was_perhaps_meant(text: str, said: str) -> None:
    assert str(ROSTER.problem_of(text, "CODEOWNERS:3")) == said


def test_a_handle_of_two_teams_is_a_mistake() -> None:
    other = Team(TeamName("team-other"), handles=("@Shop/Red-Squad",))
    (problem,) = claimed_twice({team.name: team for team in (RED, other)}, {TeamName("team-other"): "teams/other.yml"})
    assert str(problem) == (
        "teams/other.yml: 'team-other' has the handle '@Shop/Red-Squad', which 'team-red' has too; leave it to one team"
    )
