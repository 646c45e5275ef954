from maracuja.ingest.identity import Mention, claim, doubtful, judge, previous_ids
from maracuja.ingest.refusals import Code


def mention(
    external: str | None = None,
    anonymous: str | None = None,
    *,
    email: str | None = None,
    previous: str | None = None,
    trusted: bool = True,
    sets: str = "",
) -> Mention:
    return Mention(external, anonymous, previous, email, None, trusted, sets)


X, Y, A = ("external_id", "X"), ("external_id", "Y"), ("anonymous_id", "A")


def test_claims_are_distinct_and_in_order() -> None:
    mentions = [mention("X", "A"), mention(anonymous="B"), mention("X", "A"), mention("X")]
    claimed = claim(mentions, {3}, ())
    assert claimed.of == [0, 1, 0, -1]
    assert list(zip(claimed.row, claimed.kind, claimed.value, strict=True)) == [
        (0, "external_id", "X"),
        (0, "anonymous_id", "A"),
        (1, "anonymous_id", "B"),
    ]
    assert claimed.explicit == [False, False]


def test_the_previous_id_of_an_alias_is_external_where_somebody_has_it() -> None:
    mentions = [mention("X", previous="Y"), mention("X", previous="B"), mention("X", previous="X")]
    assert previous_ids(mentions) == ["Y", "B", "X"]
    claimed = claim(mentions, (), {"Y"})
    kinds = [k for k, v in zip(claimed.kind, claimed.value, strict=True)]
    assert kinds == ["external_id"] * 3 + ["anonymous_id"] + ["external_id"] * 2
    assert claimed.explicit == [True] * 3


def test_only_the_word_of_browsers_is_doubted() -> None:
    assert doubtful([mention("X", sets="traits"), mention("X", "A", trusted=False)]) == []
    doubted = doubtful(
        [mention("X", trusted=False, sets="traits"), mention("X", previous="P", trusted=False)]
    )
    assert doubted == [X, ("external_id", "P"), ("anonymous_id", "P")]
    assert judge([mention("X", sets="traits")], {X: 1}) == {}


def test_a_browser_may_not_set_traits_or_consent_of_a_known_person() -> None:
    mentions = [
        mention("X", trusted=False),
        mention("X", trusted=False, sets="traits"),
        mention(None, "A", trusted=False, sets="consent"),
    ]
    assert judge(mentions, {X: 1, A: 2}) == {
        1: (Code.UNSIGNED_TRAITS, "'X'"),
        2: (Code.UNSIGNED_CONSENT, "'A'"),
    }
    assert judge(mentions[1:], {}) == {}


def test_whom_an_earlier_event_made_known_is_known() -> None:
    new = mention("N", "B", trusted=False, sets="traits")
    later = mention(None, "B", trusted=False, sets="traits")
    assert judge([new, later, new], {}) == {
        1: (Code.UNSIGNED_TRAITS, "'B'"),
        2: (Code.UNSIGNED_TRAITS, "'N'"),
    }
    visitor = mention(None, "C", trusted=False, sets="traits")
    assert judge([visitor, visitor], {}) == {}


def test_a_refused_event_makes_nobody_known() -> None:
    refused = mention("X", "B", trusted=False, sets="traits")
    visitor = mention(None, "B", trusted=False, sets="traits")
    assert list(judge([refused, visitor], {X: 1})) == [0]


def test_a_browser_may_not_merge_two_known_people() -> None:
    alias = mention("X", previous="Y", trusted=False)
    assert judge([alias], {X: 1, Y: 3}) == {0: (Code.UNSIGNED_MERGE, "'Y' and 'X'")}
    assert judge([alias], {X: 1, Y: 1}) == {}, "they are one already"
    assert judge([alias], {X: 1}) == {}, "the other is a visitor"
