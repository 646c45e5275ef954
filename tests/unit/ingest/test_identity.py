from collections import Counter

from maracuja.ingest.identity import LIMITS, Mention, Merge, make_plan, undecided, wanted
from maracuja.ingest.refusals import Code


def mention(
    external: str | None = None,
    anonymous: str | None = None,
    *,
    email: str | None = None,
    phone: str | None = None,
    previous: str | None = None,
    trusted: bool = True,
    traits: bool = False,
    consent: bool = False,
) -> Mention:
    return Mention(external, anonymous, previous, email, phone, trusted, traits, consent)


KNOWN = {("external_id", "X"): 1, ("anonymous_id", "A"): 2, ("external_id", "Y"): 3}
HELD = {1: {"external_id": 1}, 2: {"anonymous_id": 1}, 3: {"external_id": 1}}


def test_everybody_known_needs_nothing() -> None:
    mentions = [mention("X"), mention("X"), mention(anonymous="A")]
    assert undecided(mentions, KNOWN) == set()
    plan = make_plan(mentions, KNOWN, {})
    assert plan.pids == [1, 1, 2]
    assert (plan.made, plan.joined, plan.merges, plan.refused) == ([], {}, [], {})


def test_identities_are_looked_up_once() -> None:
    mentions = [mention("X", "A"), mention("X", email="e"), mention("Z", previous="P")]
    assert wanted(mentions) == {
        "external_id": ["X", "Z", "P"],
        "email": ["e"],
        "phone": [],
        "anonymous_id": ["A", "P"],
    }


def test_new_people_are_made_once_in_order() -> None:
    plan = make_plan([mention("P"), mention(anonymous="b"), mention("P", "c")], {}, {})
    assert plan.pids == [-1, -2, -1]
    assert plan.new == {-1: 0, -2: 1}
    assert plan.joined == {
        ("external_id", "P"): -1,
        ("anonymous_id", "b"): -2,
        ("anonymous_id", "c"): -1,
    }
    assert plan.joined_at[("anonymous_id", "c")] == 2


def test_an_anonymous_visitor_becomes_the_person_who_logs_in() -> None:
    mentions = [mention(anonymous="A"), mention("X", "A")]
    assert undecided(mentions, KNOWN) == {1, 2}
    plan = make_plan(mentions, KNOWN, HELD)
    assert plan.merges == [Merge(2, 1, "anonymous_id")]
    assert plan.pids == [1, 1]


def test_a_new_visitor_logging_in_leaves_no_merge_behind() -> None:
    plan = make_plan([mention(anonymous="B"), mention("X", "B")], KNOWN, HELD)
    assert plan.pids == [1, 1]
    assert (plan.merges, plan.made) == ([], [])
    assert plan.joined == {("anonymous_id", "B"): 1}


def test_a_shared_computer_does_not_merge_two_accounts() -> None:
    found = {("external_id", "X"): 1, ("anonymous_id", "A"): 3}
    held = {1: {"external_id": 1}, 3: {"external_id": 1, "anonymous_id": 1}}
    plan = make_plan([mention("X", "A")], found, held)
    assert plan.pids == [1]
    assert (plan.merges, plan.kept_apart) == ([], 1)


def test_a_second_external_id_is_another_person() -> None:
    plan = make_plan([mention("X", email="e"), mention("Z", email="e")], {}, {})
    assert plan.pids == [-1, -2]
    assert plan.joined[("email", "e")] == -1
    assert plan.kept_apart == 1


def test_a_server_may_merge_accounts_by_alias() -> None:
    plan = make_plan([mention("X", previous="Y")], KNOWN, HELD)
    assert plan.merges == [Merge(3, 1, "alias")]
    assert plan.pids == [1]


def test_the_older_of_two_remains() -> None:
    plan = make_plan([mention("Y", previous="X")], KNOWN, HELD)
    assert plan.merges == [Merge(3, 1, "alias")]


def test_an_alias_of_nobody_joins_the_name() -> None:
    plan = make_plan([mention("X", previous="old")], KNOWN, HELD)
    assert plan.joined == {("anonymous_id", "old"): 1}


def test_a_browser_may_not_merge_two_known_people() -> None:
    plan = make_plan([mention("X", previous="Y", trusted=False)], KNOWN, HELD)
    assert plan.refused[0][0] is Code.UNSIGNED_MERGE
    assert (plan.merges, plan.pids, plan.joined) == ([], [0], {})
    found = KNOWN | {("email", "e"): 2}
    held = HELD | {2: {"email": 1}}
    by_mail = make_plan([mention("X", email="e", trusted=False)], found, held)
    assert (by_mail.merges, by_mail.kept_apart) == ([], 1)
    assert make_plan([mention("X", email="e")], found, held).merges == [Merge(2, 1, "email")]


def test_a_browser_may_set_traits_of_a_new_person_only() -> None:
    mentions = [mention("N", "c", trusted=False, traits=True)] * 2
    plan = make_plan(mentions, {}, {})
    assert plan.pids == [-1, 0]
    assert plan.refused == {1: (Code.UNSIGNED_TRAITS, "N")}
    consent = make_plan([mention("X", trusted=False, consent=True)], KNOWN, HELD)
    assert consent.refused[0][0] is Code.UNSIGNED_CONSENT


def test_a_browser_may_tell_about_a_visitor_that_nobody_knows() -> None:
    plan = make_plan([mention(None, "A", trusted=False, traits=True)], KNOWN, HELD)
    assert (plan.pids, plan.refused) == ([2], {})


def test_limits_hold() -> None:
    full = {1: Counter(external_id=1, anonymous_id=LIMITS["anonymous_id"])}
    plan = make_plan([mention("X", "new")], {("external_id", "X"): 1}, full)
    assert (plan.pids, plan.joined, plan.limited) == ([1], {}, 1)
    both = {1: Counter(external_id=6), 3: Counter(external_id=6)}
    refused = make_plan([mention("X", previous="Y")], KNOWN, both)
    assert refused.refused[0][0] is Code.MERGE_LIMIT
    assert refused.merges == []


def test_merges_chain() -> None:
    found = {("external_id", "X"): 5, ("anonymous_id", "A"): 2, ("email", "e"): 4}
    held = {5: {"external_id": 1}, 2: {"anonymous_id": 1}, 4: {"email": 1}}
    plan = make_plan([mention(None, "A", email="e"), mention("X", "A")], found, held)
    assert plan.merges == [Merge(4, 2, "anonymous_id"), Merge(2, 5, "anonymous_id")]
    assert plan.pids == [5, 5]
