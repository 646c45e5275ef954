"""The next channel of each person, as columns: order, reach, what was tried, why none is left."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from maracuja.decisions.cascade import (
    OF_CHANNEL,
    choose,
    column,
    given_ranks,
    paths,
    priced_ranks,
    why_not,
)
from maracuja.decisions.gates import Rules
from maracuja.decisions.reason_words import words
from maracuja.decisions.reasons import Reason, read, unreached
from maracuja.model import ConsentState, TopicKind

CHANNELS = ("viber", "telegram", "sms")
MARKETING = Rules(topic=TopicKind.MARKETING)
YES = ConsentState.OPTED_IN.value


def person(tried: int = 0, **channels: str) -> dict[str, Any]:
    """A person with the address and consent of channels; `-` has no consent, `!` is suppressed."""
    row: dict[str, Any] = {"pid": 1, "tried": tried}
    for one in CHANNELS:
        said = channels.get(one)
        row[column("address", one)] = None if said is None else said.strip("-!~")
        row[column("consent", one)] = None if said is None or "-" in said else YES
        row[column("suppressed", one)] = "all" if said and "!" in said else None
        row[column("window_closed", one)] = True if said and "~" in said else None
    return row


def frame(*people: dict[str, Any]) -> pl.DataFrame:
    types = {column(name, one): t for one in CHANNELS for name, t in OF_CHANNEL.items()}
    return pl.DataFrame(
        [one | {"pid": n} for n, one in enumerate(people)],
        schema={"pid": pl.Int64, "tried": pl.Int64, **types},
    )


def next_of(*people: dict[str, Any], ranks: Any = None) -> pl.DataFrame:
    order = given_ranks(len(people), 3) if ranks is None else ranks
    return choose(frame(*people), CHANNELS, order, MARKETING)


def test_the_first_channel_that_reaches_is_chosen_with_its_state() -> None:
    found = next_of(
        person(viber="v", telegram="t", sms="s"),
        person(telegram="t", sms="s"),
        person(viber="v-", telegram="t!", sms="s"),
        person(viber="v~", sms="s"),
    )
    assert found["channel"].to_list() == ["viber", "telegram", "sms", "sms"]
    assert found["bit"].to_list() == [1, 2, 4, 4]
    assert found["address"].to_list() == ["v", "t", "s", "s"]
    assert found["unreachable"].to_list() == [None] * 4
    assert found["consent"].to_list() == [YES] * 4


def test_what_was_tried_is_not_tried_again() -> None:
    everything = {"viber": "v", "telegram": "t", "sms": "s"}
    found = next_of(*(person(tried, **everything) for tried in range(8)))
    assert found["bit"].to_list() == [1, 2, 1, 4, 1, 2, 1, 0]
    assert found["unreachable"].to_list() == [None] * 7 + ["unreachable"]


def test_where_no_channel_reaches_the_reason_is_that_of_each() -> None:
    found = next_of(
        person(),
        person(viber="", telegram="", sms=""),
        person(viber="v-", telegram="", sms=""),
        person(2, viber="v!", sms="s~"),
    )["unreachable"].to_list()
    assert found == [
        "no_consent",
        "no_address",
        "unreachable:viber=no_consent,telegram=no_address,sms=no_address",
        "unreachable:viber=suppressed,sms=window_closed",
    ]
    reason, detail = read(found[3])
    assert reason is Reason.UNREACHABLE
    assert unreached(detail) == {"viber": "suppressed", "sms": "window_closed"}
    for language in ("en", "ru", "uk"):
        said = words(reason, language, detail)
        assert "viber: " in said and words(Reason.SUPPRESSED, language) in said


def test_cheaper_ones_go_first_and_equal_ones_as_written() -> None:
    ranks = priced_ranks(2, [0.5, 0.0, 0.0])
    found = next_of(
        person(viber="v", telegram="t", sms="s"), person(viber="v", sms="s"), ranks=ranks
    )
    assert found["channel"].to_list() == ["telegram", "sms"]


def test_nobody_is_an_answer_too() -> None:
    assert next_of().height == 0
    assert paths(frame(), CHANNELS, given_ranks(0, 3), MARKETING).to_list() == []


people_ = st.lists(
    st.builds(
        person,
        st.integers(0, 7),
        viber=st.sampled_from([None, "v", "v-", "v!", "v~"]),
        telegram=st.sampled_from([None, "t", "t-", "t!", "t~"]),
        sms=st.sampled_from([None, "s", "s-", "s!", "s~"]),
    ),
    min_size=1,
    max_size=12,
)


@given(people_, st.randoms(use_true_random=False))
def test_it_is_always_the_first_in_their_order_that_reaches_and_was_not_tried(
    people: list[dict[str, Any]], chance: Any
) -> None:
    ranks = np.array([[chance.choice([0.0, 1.0, 2.0]) for _ in CHANNELS] for _ in people])
    table = frame(*people)
    found = choose(table, CHANNELS, ranks, MARKETING)
    refused = why_not(table, CHANNELS, MARKETING).rows()
    ways = paths(table, CHANNELS, ranks, MARKETING).to_list()
    for n, one in enumerate(people):
        open_ = [
            (ranks[n][i], i) for i in range(3) if refused[n][i] == "" and not one["tried"] >> i & 1
        ]
        expected = CHANNELS[min(open_)[1]] if open_ else ""
        assert found["channel"][n] == expected
        assert (found["unreachable"][n] is None) == bool(open_)
        reached = sorted((ranks[n][i], i) for i in range(3) if refused[n][i] == "")
        assert ways[n] == ",".join(CHANNELS[i] for _, i in reached)
