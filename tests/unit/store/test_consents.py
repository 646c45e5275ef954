"""The ledger of consent: the last word holds, and out wins when two people are one."""

from __future__ import annotations

import numpy as np

from maracuja.model import ConsentState
from maracuja.store import consents
from maracuja.store.engine import Store

IN, OUT, UNKNOWN = ConsentState.OPTED_IN, ConsentState.OPTED_OUT, ConsentState.UNKNOWN


def say(store: Store, pids: list[int], state: object, at_us: int = 1, **more: object) -> None:
    with store.write() as conn:
        consents.record(
            conn,
            pid=pids,
            topic=more.pop("topic", "news"),
            channel=more.pop("channel", "email"),
            state=state,
            at_us=at_us,
            recorded_us=at_us,
            source="form",
            **more,  # type: ignore[arg-type]
        )


def test_the_last_word_is_in_force(store: Store) -> None:
    say(store, [1, 2, 3], IN)
    say(store, [2, 2, 4], [OUT, IN, OUT], 2)
    say(store, [2], OUT, 3)
    say(store, [1], OUT, topic="offers")
    say(store, [3], OUT, channel="sms")
    with store.read() as conn:
        pids, states = consents.current(conn, "news", "email")
        assert pids.tolist() == [1, 2, 3, 4] and states.tolist() == [IN, OUT, IN, OUT]
        pids, states = consents.current(conn, "news", "email", low=2, high=4)
        assert pids.tolist() == [2, 3]
        asked = [4, 99, 1, 4]
        assert consents.states(conn, asked, "news", "email").tolist() == [OUT, UNKNOWN, IN, OUT]
        assert consents.states(conn, [], "news", "email").tolist() == []
        assert consents.states(conn, [5], "none", "email").tolist() == [UNKNOWN]
        pieces = list(consents.ledger(conn, size=3))
        assert [sorted(set(p.pid)) for p in pieces] == [[1, 2, 3], [4]]
        assert sum(len(p.n) for p in pieces) == 9
        words = consents.history(conn, 2)
        assert [(w.n, w.state) for w in words] == [(1, IN), (2, OUT), (3, IN), (4, OUT)]
        assert consents.counts(conn) == [
            ("news", "email", IN, 2),
            ("news", "email", OUT, 2),
            ("news", "sms", OUT, 1),
            ("offers", "email", OUT, 1),
        ]


def test_columns_of_every_kind_are_taken(store: Store) -> None:
    with store.write() as conn:
        consents.record(
            conn,
            pid=np.array([1, 2]),
            topic=["news", "offers"],
            channel=["email", "sms"],
            state=np.array([1, 2]),
            at_us=np.array([5, 6]),
            recorded_us=7,
            source="import",
            language=["ru", "uk"],
            message_id=[None, b"\x00"],
        )
        (word,) = consents.history(conn, 2)
    assert (word.topic, word.language, word.message_id, word.state) == ("offers", "uk", b"\0", OUT)


def test_out_wins_when_two_people_are_one(store: Store) -> None:
    say(store, [1], OUT, 5)
    say(store, [2], IN, 9)  # later, but 1 had said no
    say(store, [1], IN, 9, topic="offers")
    say(store, [2], OUT, 5, topic="offers")
    say(store, [2], IN, 3, topic="club")
    say(store, [1], IN, 3, topic="own")
    with store.write() as conn:
        consents.move(conn, [2], [1], 20)
        for topic, state in (("news", OUT), ("offers", OUT), ("club", IN), ("own", IN)):
            assert consents.states(conn, [1, 2], topic, "email").tolist() == [state, UNKNOWN]
        news = [w for w in consents.history(conn, 1) if w.topic == "news"]
    assert [(w.state, w.at_us, w.source) for w in news] == [
        (OUT, 5, "form"),
        (IN, 9, "form"),
        (OUT, 5, "merge"),
    ]


def test_an_imported_yes_without_source_or_date_is_unproven() -> None:
    assert consents.imported_state(IN, "", 1) is ConsentState.UNPROVEN
    assert consents.imported_state(IN, "shop form", None) is ConsentState.UNPROVEN
    assert consents.imported_state(IN, "shop form", 1) is IN
    assert consents.imported_state(OUT, "", None) is OUT
