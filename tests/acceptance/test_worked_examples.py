"""The worked examples through a whole workspace: who is written to, word for word, and who is not.

Customers, products and definitions come as files, events through the inbox, and the letters stand
in `tests/golden/examples` as they were received. To take over a wanted change:
`python tests/acceptance/test_worked_examples.py` writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
import yaml

from maracuja import app as composition
from maracuja.clock import SimClock
from maracuja.decisions.reason_words import LANGUAGES
from maracuja.errors import TemplateError
from maracuja.links.making import PATHS
from maracuja.links.tokens import Purpose
from maracuja.model import micros
from maracuja.runtime import (
    campaign_work,
    definition_files,
    importing,
    people_view,
    people_why,
    template_work,
)
from maracuja.simulate.sink import Received
from maracuja.simulate.vendors import MailVendor
from maracuja.store import inbox
from maracuja.templates.definition import decode

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "examples"
SEED = 66  # nobody of LETTERS is held out, and vira is
SETTINGS = {
    "shop": {
        "name": "Лавка «Маракуйя»",
        "language": "ru",
        "languages": ["ru", "uk"],
        "time_zone": "Europe/Kyiv",
        "currency": "UAH",
    },
    "measurement": {"global_holdout": 0.0},
}
LETTERS = {
    "spring-women-outlet": ("mariya", "olena"),
    "spring-women-online": ("polina", "sofia"),
    "spring-men-outlet": ("ivan", "taras"),
    "spring-men-online": ("pyotr", "andriy"),
    "anglers-cart": ("ivan", "taras"),
    "passion-fruit": ("mariya", "olena"),
}
REFUSED = {  # to be read aloud in `why.txt`
    "spring-men-outlet": ("bohdan",),  # never asked
    "spring-women-outlet": ("yulia", "kateryna", "vira"),  # opted out, unproven, held out
    "anglers-cart": ("pyotr", "andriy"),  # sold out between decision and sending; long sold out
    "passion-fruit": ("anna", "nameless"),  # a name of 2023; no name at all
}
TOO_PERSONAL = """
kind: campaign
id: too-personal
topic: offers
audience: [{trait: first_name}]
template: over-personalised
goals: [order]
"""
TOKEN = re.compile(r"http://127\.0\.0\.1:8080/([copuw])/([\w-]+)(?:\.gif)?")
PURPOSES = {path: purpose for purpose, path in PATHS.items()}


@dataclass
class Shop:
    """A workspace whose clock jumps and whose mail server is in this process."""

    directory: Path
    clock: SimClock
    vendor: MailVendor = field(default_factory=lambda: MailVendor(keep=True))
    letters: dict[str, dict[str, Received]] = field(default_factory=dict)  # campaign, person

    def __post_init__(self) -> None:
        composition.create(self.directory, SETTINGS, clock=self.clock, seed=SEED)
        config = composition.load_config(self.directory)
        self.app = composition.open_app(config, self.clock)
        self.worker = composition.make_worker(self.app, holder="test", transport=self.vendor)

    def close(self) -> None:
        self.worker.close()
        self.app.close()

    def take_in(self, kind: importing.Kind, name: str) -> importing.Imported:
        """Import a file."""
        work = importing.prepare(kind, GOLDEN / name)
        return importing.run(self.app.store, work, now=self.clock.now(), currency="UAH")

    def call(self, name: str) -> None:
        """Calls of the shop's server, through the inbox."""
        calls = yaml.safe_load((GOLDEN / "events.yaml").read_text(encoding="utf-8"))[name]
        body = msgspec.json.encode({"batch": [{"type": "track", **one} for one in calls]})
        with self.app.store.write_inbox() as conn:
            now_us = micros(self.clock.now())
            inbox.append(conn, [inbox.Request(now_us, "batch", "server", b"{}", body)])

    def apply(self, *texts: str) -> None:
        """Definitions as they are written."""
        with TemporaryDirectory() as place:
            for n, text in enumerate(texts):
                (Path(place) / f"{n}.yaml").write_text(text, encoding="utf-8")
            now = self.clock.now()
            definition_files.apply(self.app.store, Path(place), now=now, actor="test")

    def launch(self, *campaigns: str) -> None:
        with self.app.store.write() as conn:
            for name in campaigns:
                campaign_work.launch(conn, self.app.ground, name, self.clock.now())

    def go_to(self, moment: datetime) -> None:
        """Jump there, and let the worker do everything that is due by then."""
        self.clock.wait_until(moment)
        self.worker.settle(self.clock.now())

    def receive(self) -> None:
        """Sort what has arrived by campaign and person."""
        for one in self.vendor.take():
            person = one.to.partition("@")[0]
            of = self.letters.setdefault(self._campaign(person), {})
            assert person not in of, f"{person} was written to twice"
            of[person] = one

    def _campaign(self, person: str) -> str:
        """The campaign that this person's latest sent message belongs to."""
        decided = [one for one in self.why(person).decisions if one.outcome == "send"]
        return decided[0].campaign

    def why(
        self, person: str, campaign: str | None = None, language: str = "en"
    ) -> people_why.Why:
        with self.app.store.read() as conn:
            pid = people_view.find(conn, person, "UA")
        return people_why.why(
            self.app.ground, pid, self.clock.now(), campaign=campaign, language=language
        )

    def readable(self, letter: Received) -> str:
        """The letter with every signed link as what it says: no link may say nothing."""
        ring = composition.key_ring(self.app)

        def said(match: re.Match[str]) -> str:
            purpose = PURPOSES[match[1]]
            ticket = ring.read(match[2], purpose)
            assert ticket is not None
            if purpose is Purpose.CLICK:
                return ticket.detail
            return f"<{purpose.name.lower()} {ticket.detail}>".replace(" >", ">")

        parts = [f"Subject: {letter.subject}", letter.text, letter.html]
        text = "\n\n".join(part for part in parts if part)
        return TOKEN.sub(said, text).replace("\r\n", "\n")


def play(directory: Path) -> Shop:
    """Two and a half years of a shop, with the six campaigns of the examples."""
    shop = Shop(directory, SimClock(datetime(2023, 11, 1, 10, tzinfo=UTC)))
    shop.take_in("people", "customers-of-2023.csv")
    shop.go_to(datetime(2026, 3, 1, 9, tzinfo=UTC))
    shop.take_in("people", "customers.csv")
    shop.take_in("products", "products.csv")
    definition_files.apply(
        shop.app.store, copy_of_examples(directory), now=shop.clock.now(), actor="test"
    )
    _spring(shop)
    _cart(shop)
    _harvest(shop)
    return shop


def _spring(shop: Shop) -> None:
    """Ten o'clock comes to Moscow an hour earlier than to Kyiv."""
    shop.go_to(datetime(2026, 3, 4, 12, tzinfo=UTC))
    shop.launch(*(name for name in LETTERS if name.startswith("spring")))
    for hour in (7, 8):
        shop.go_to(datetime(2026, 3, 5, hour, tzinfo=UTC))
    shop.receive()


def _cart(shop: Shop) -> None:
    """At eleven the mail server is busy; until it no longer is, the shop's feed changes."""
    shop.go_to(datetime(2026, 4, 17, 9, tzinfo=UTC))
    shop.call("before_cart")
    shop.go_to(datetime(2026, 4, 19, 18, tzinfo=UTC))
    shop.launch("anglers-cart")
    shop.go_to(datetime(2026, 4, 19, 22, tzinfo=UTC))  # day breaks on the first island
    eleven = datetime(2026, 4, 20, 8, tzinfo=UTC)
    shop.vendor.deferred = 1.0
    shop.go_to(eleven)
    assert shop.vendor.take() == []
    assert shop.why("ivan", "anglers-cart").decisions[0].says == "to be sent"
    shop.vendor.deferred = 0.0
    shop.take_in("products", "products-at-sending.csv")
    shop.go_to(eleven + timedelta(minutes=5))
    shop.receive()
    with shop.app.store.write() as conn:
        campaign_work.cancel(conn, "anglers-cart", shop.clock.now())


def _harvest(shop: Shop) -> None:
    """Ten in the morning of a Saturday, for those who ordered within a year."""
    shop.call("before_harvest")
    shop.go_to(datetime(2026, 4, 24, 8, tzinfo=UTC))
    shop.launch("passion-fruit")
    shop.go_to(datetime(2026, 4, 25, 7, tzinfo=UTC))
    shop.receive()


def copy_of_examples(directory: Path) -> Path:
    """The definitions of the examples; `apply` writes a file beside them."""
    place = directory / "definitions"
    for path in (ROOT / "examples" / "definitions").rglob("*.yaml"):
        target = place / path.relative_to(ROOT / "examples" / "definitions")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return place


def told(shop: Shop, campaign: str, person: str) -> str:
    return shop.readable(shop.letters[campaign][person])


def spoken(shop: Shop) -> str:
    """Why each of those refused heard nothing, as `profile why` says it in three languages."""
    lines = []
    for campaign, people in REFUSED.items():
        for person in people:
            lines.append(f"{campaign}, {person}")
            for language in LANGUAGES:
                latest = shop.why(person, campaign, language).decisions[0]
                lines.append(f"  {language}: {latest.says}")
    return "\n".join(lines) + "\n"


def found(shop: Shop) -> str:
    """What `template check` finds in a greeting that knows too much."""
    template = decode(golden("over-personalised.yaml"))
    checked = template_work.check(shop.app.ground, template, shop.clock.now())
    assert not checked.ok
    return "".join(
        f"{f.level} {f.code}: {f.message}\n  {f.why}\n  {f.fix}\n" for f in checked.findings
    )


def golden(name: str) -> str:
    return (GOLDEN / name).read_text(encoding="utf-8")


CASES = [(campaign, person) for campaign, people in LETTERS.items() for person in people]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    played = play(tmp_path_factory.mktemp("workspace") / "shop")
    yield played
    played.close()


@pytest.mark.parametrize(("campaign", "person"), CASES)
def test_a_letter_as_it_was_received(shop: Shop, campaign: str, person: str) -> None:
    assert told(shop, campaign, person) == golden(f"{campaign}-{person}.txt")


def test_nobody_else_was_written_to(shop: Shop) -> None:
    assert {c: tuple(sorted(of)) for c, of in shop.letters.items()} == {
        c: tuple(sorted(people)) for c, people in LETTERS.items()
    }


def test_who_was_refused_is_told_why_in_every_language(shop: Shop) -> None:
    assert spoken(shop) == golden("why.txt")


def test_men_and_women_near_a_shop_and_far_from_one_are_four_audiences(shop: Shop) -> None:
    texts = {
        name: told(shop, name, people[0]) for name, people in LETTERS.items() if "spring" in name
    }
    for name, text in texts.items():
        assert ("Платья" in text or "платья" in text) == ("women" in name)
        assert ("Ваш магазин в Казани: Баумана, 35" in text) == ("outlet" in name)
        assert ("https://shop.example/sale" in text) == ("online" in name)


def test_the_price_and_the_stock_are_those_of_the_moment_of_sending(shop: Shop) -> None:
    text = told(shop, "anglers-cart", "ivan").replace("\N{NO-BREAK SPACE}", " ")
    assert "3 990 ₽" in text and "4 590 ₽" not in text  # launched with one, sent with the other
    assert "На складе всего 2 штуки." in text
    assert "1 500 бонусов" in text


def test_the_invitation_has_name_city_day_and_a_code_of_ones_own(shop: Shop) -> None:
    text = told(shop, "passion-fruit", "olena")
    for fact in ("Олено, доброго дня", "ящик в Одесі", "2 травня", "ОЛЕНА-МАРАКУЯ"):
        assert fact in text


def test_who_was_written_to_is_told_so_in_every_language(shop: Shop) -> None:
    said = [shop.why("ivan", "anglers-cart", language).decisions[0] for language in LANGUAGES]
    assert [one.says for one in said] == ["sent", "отправлено", "надіслано", "илгээсэн"]
    assert said[2].became == ("надіслано 2026-04-20 08:05:00 UTC",)


def test_who_was_sold_out_in_between_was_decided_for_and_then_withdrawn(shop: Shop) -> None:
    latest = shop.why("pyotr", "anglers-cart").decisions[0]
    assert (latest.outcome, latest.says) == (
        "send",
        "not sent: the product is sold out or no longer offered",
    )


def test_an_over_personalised_greeting_is_neither_checked_nor_launched(shop: Shop) -> None:
    shop.apply(golden("over-personalised.yaml"), TOO_PERSONAL)
    with pytest.raises(TemplateError, match="sensitive"):
        shop.launch("too-personal")
    with shop.app.store.read() as conn:
        (fault,) = campaign_work.check(
            conn, shop.app.ground, campaign_work.get(conn, "too-personal")
        )
    assert fault.where == "over-personalised: variants[0].text"


def test_an_over_personalised_greeting_is_told_what_is_too_much(shop: Shop) -> None:
    assert "error sensitive" in found(shop)
    assert found(shop) == golden("over-personalised.txt")


def write() -> None:
    """Take the texts as they are now for those that are wanted."""
    with TemporaryDirectory() as place:
        played = play(Path(place) / "shop")
        for campaign, person in CASES:
            path = GOLDEN / f"{campaign}-{person}.txt"
            path.write_text(told(played, campaign, person), encoding="utf-8")
        (GOLDEN / "why.txt").write_text(spoken(played), encoding="utf-8")
        (GOLDEN / "over-personalised.txt").write_text(found(played), encoding="utf-8")
        played.close()


if __name__ == "__main__":
    write()
