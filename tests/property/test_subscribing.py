"""Any order of sign-ups, confirmations, opt-outs and waiting gives the state of a simple fold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maracuja.campaigns.decoding import decode
from maracuja.campaigns.definitions import Topic
from maracuja.campaigns.forms import Form
from maracuja.links.tokens import KeyRing
from maracuja.model import ConsentState, micros
from maracuja.runtime.signing_up import AGAIN, MESSAGES_A_DAY, SigningUp
from maracuja.runtime.signup_given import Given
from maracuja.runtime.signup_messages import Desk
from maracuja.store import consents, definitions, meta, migrating, people, signups
from maracuja.store.engine import Store, open_store
from maracuja.store.signups import Proof

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
WITHIN = timedelta(days=7)
PROOF = Proof(text="Yes.", text_version="1", language="en", country="UA")
STATE = ConsentState
NUMBERS = count()
STEPS = st.lists(
    st.one_of(
        st.sampled_from(["ask", "ask", "confirm", "out", "in"]),
        st.tuples(st.just("old"), st.integers(0, 5)),
        st.tuples(
            st.just("wait"),
            st.sampled_from([timedelta(minutes=1), timedelta(hours=3), timedelta(days=2), WITHIN]),
        ),
    ),
    max_size=14,
)


@dataclass
class Round:
    """One round of asking, as the fold sees it."""

    asked: datetime
    messages: int = 1
    messaged: datetime = NOON
    done: bool = False


@dataclass
class Fold:
    """What must be true after each step, told in the plainest way."""

    single: bool
    state: ConsentState = STATE.UNKNOWN
    left: datetime | None = None  # when they last opted out, while it holds
    rounds: list[Round] = field(default_factory=list)

    def holds(self, one: Round, now: datetime) -> bool:
        """Whether a round can still be confirmed."""
        gone = self.left is not None and self.left >= one.asked
        return not one.done and now < one.asked + WITHIN and not gone

    def ask(self, now: datetime) -> None:
        if self.single and self.left is None:
            self.state = STATE.OPTED_IN
            return
        last = self.rounds[-1] if self.rounds else None
        again = last is not None and self.holds(last, now)
        day = (one for one in self.rounds if one.messaged > now - timedelta(days=1))
        spent = sum(one.messages for one in day) >= MESSAGES_A_DAY
        if again and last is not None and (last.messaged > now - AGAIN or spent):
            return
        if spent:
            return
        if again and last is not None:
            last.messages, last.messaged = last.messages + 1, now
        else:
            self.rounds.append(Round(asked=now, messaged=now))
        if self.state is STATE.UNKNOWN:
            self.state = STATE.PENDING

    def confirm(self, n: int, now: datetime) -> None:
        one = self.rounds[n]
        if self.holds(one, now):
            one.done, self.state, self.left = True, STATE.OPTED_IN, None
        elif not one.done and now < one.asked + WITHIN:
            one.done = True  # closed: they have left since

    def say(self, state: ConsentState, now: datetime) -> None:
        self.state = state
        self.left = now if state is STATE.OPTED_OUT else None


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    place: Path = tmp_path_factory.mktemp("subscribing")
    store = open_store(f"sqlite:///{place}/state.db", inbox=place / "inbox.db")
    migrating.migrate(store)
    with store.write() as conn:
        meta.create(conn, seed=1, reproducible=True)
        topic = Topic(id="news")
        definitions.put(conn, "topic", "news", topic, base=None, actor="test", now_us=1)
    yield store
    store.close()


def form(*, single: bool) -> Form:
    raw = {"kind": "form", "id": "f", "topics": ["news"], "double_opt_in": not single}
    texts = {name: {"en": "x"} for name in ("titles", "sent", "often", "consent")}
    made = decode({**raw, **texts})
    assert isinstance(made, Form)
    return made


@given(steps=STEPS, single=st.booleans())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_order_of_steps_is_a_simple_fold(
    shop: Store, steps: list[str | tuple[str, object]], single: bool
) -> None:
    number = next(NUMBERS)
    address, now = f"p{number}@shop.example", NOON
    signing = SigningUp(
        Desk("Shop", "UA", "https://go.example", KeyRing([b"k" * 16])), "salt", lambda *_: ""
    )
    fold, asked = Fold(single), form(single=single)
    # They are known, so that a word can be said before they ever sign up.
    with shop.write() as conn:
        rev = people.next_rev(conn)
        pid = signing._person(conn, rev, "email", address, micros(now))
    for n, step in enumerate(steps):
        now += timedelta(seconds=1)
        with shop.write() as conn:
            match step:
                case "ask":
                    given_now = Given(
                        asked,
                        1,
                        ["news"],
                        {"email": address},
                        {},
                        "UA",
                        PROOF,
                        "",
                        f"{number}.{n}",
                    )
                    signing.take(conn, given_now, now)
                    fold.ask(now)
                case "confirm" | ("old", _):
                    rows = [r for r in signups.of_people(conn, [pid]) if r.proof.how != "single"]
                    if rows:
                        at = step[1] % len(rows) if isinstance(step, tuple) else len(rows) - 1  # type: ignore[operator]
                        signing.confirm(conn, rows[at].id, now, how="button", ip="", agent="")
                        fold.confirm(at, now)
                case "out" | "in" as word:
                    state = STATE.OPTED_OUT if word == "out" else STATE.OPTED_IN
                    consents.record(
                        conn, pid=[pid], topic="news", channel="email", state=state,
                        at_us=micros(now), recorded_us=micros(now), source="till",
                    )  # fmt: skip
                    fold.say(state, now)
                case ("wait", timedelta() as span):
                    now += span
        with shop.read() as conn:
            held = STATE(int(consents.states(conn, [pid], "news", "email")[0]))
            rows = [r for r in signups.of_people(conn, [pid]) if r.proof.how != "single"]
        assert held is fold.state, (n, step)
        assert [r.messages for r in rows] == [one.messages for one in fold.rounds], (n, step)
