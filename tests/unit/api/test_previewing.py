"""What the template editor asks beside a preview: a screen, words, people, the parts of an SMS."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import polars as pl

from maracuja.clock import SimClock
from maracuja.language.numbers import money
from maracuja.model import FileKind, micros
from maracuja.runtime.message_proof import prove
from maracuja.store import manifest
from tests.unit.api.api_world import NOON, World, agree, define

UNSUBSCRIBE = "https://shop.example/unsubscribe"
MJML = (
    "<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ person.first_name }}!</mj-text>"
    '<mj-button href="https://shop.example/fruit">Look</mj-button>'
    '<mj-text><a href="{{ links.unsubscribe }}">No more</a></mj-text>'
    "</mj-column></mj-section></mj-body></mjml>"
)
LETTER = {
    "variants": [
        {"language": "en", "subject": "For {{ person.first_name }}", "mjml": MJML},
        {"language": "en", "channel": "telegram", "text": "Hi <b>", "picture": "https://a.example/p(1)'.jpg"},
    ]
}  # fmt: skip


def _screen(world: World, **asked: Any) -> dict[str, Any]:
    answer = world.ask("POST", "/api/templates/screen", json=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_preview_is_what_a_launch_writes(world: World) -> None:
    define(world)
    agree(world)
    assert world.put("template", "fruit", **LETTER).status_code == 200
    told = world.ask("POST", "/api/campaigns/fruit/launch")
    assert told.status_code == 200, told.text
    world.worker.settle(NOON)
    with world.app.store.read() as conn:
        (file, *_) = manifest.live(conn, [FileKind.DECISIONS], micros(NOON))
    decided = pl.read_parquet(world.app.ground.lake / file.path).filter(outcome="send")
    pid, message = decided.select("pid", "message").row(0)
    sent = prove(world.app.ground, message.hex(), NOON).text
    assert sent is not None
    seen = _screen(world, definition={"id": "fruit", **LETTER}, person=f"pid:{pid}")["preview"]
    # Our own pages alone are named by their word in what is kept: each person has their address.
    texts = [seen[part].replace(UNSUBSCRIBE, "[unsubscribe]") for part in ("text", "html")]
    assert texts == [sent.text, sent.html.replace(UNSUBSCRIBE, "[unsubscribe]")]
    assert seen["subject"] == sent.subject


def test_a_screen_is_a_page_that_can_do_nothing(world: World) -> None:
    shown = _screen(world, definition={"id": "fruit", **LETTER}, person="u1")
    page = world.ask("GET", f"/api/templates/screen/{shown['screen']}")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and policy.endswith("sandbox")
    assert "frame-ancestors 'self'" in policy and "script" not in policy
    assert page.headers["x-frame-options"] == "SAMEORIGIN"
    inside = re.search(r'srcdoc="([^"]*)"', page.text)
    assert inside is not None
    assert html.unescape(inside[1]).endswith(shown["preview"]["html"])
    assert (
        world.ask("GET", f"/api/templates/screen/{shown['screen']}", key=None).status_code == 401
    )
    clock = world.app.clock
    assert isinstance(clock, SimClock)
    clock.wait_until(NOON + timedelta(minutes=6))
    assert world.ask("GET", f"/api/templates/screen/{shown['screen']}").status_code == 404


def test_an_invented_product_is_paid_in_the_money_of_the_shop(world: World) -> None:
    told = "{{ products['sample-product'].price | money: products['sample-product'].currency }}"
    costs = {"id": "costs", "variants": [{"language": "uk", "channel": "sms", "text": told}]}
    currency = world.app.config.shop.currency
    shown = _screen(world, definition=costs, channel="sms", invented=0)["preview"]["text"]
    assert currency != "RUB" and shown == money(159_300, currency, "uk")


def test_a_messenger_shows_pictures_and_escapes_words(world: World) -> None:
    shown = _screen(world, definition={"id": "fruit", **LETTER}, channel="telegram", invented=3)
    page = world.ask("GET", f"/api/templates/screen/{shown['screen']}").text
    assert (
        "Hi &lt;b&gt;" in page
        and "--seen:url(&#x27;https://a.example/p%281%29%27.jpg&#x27;)" in page
    )
    refused = {"variants": [{"language": "en", "text": "{{ person.shoe_size }}"}]}
    shown = _screen(world, definition={"id": "fruit", **refused}, invented=2, channel="sms")
    assert shown["screen"] == "" and shown["preview"]["error"] == "missing:person.shoe_size"


def test_a_screen_is_light_or_dark_as_it_is_asked(world: World) -> None:
    styled = "<style>@media (prefers-color-scheme:dark){p{color:#fff}}</style><p>Hello</p>"
    letter = {"id": "fruit", "variants": [{"language": "en", "subject": "A", "html": styled}]}
    for dark, holds in ((True, "@media (min-width: 0)"), (False, "@media (max-width: 0)")):
        shown = _screen(world, definition=letter, dark=dark)
        page = world.ask("GET", f"/api/templates/screen/{shown['screen']}").text
        assert "prefers-color-scheme" not in page and f"{holds}{{p{{color:#fff}}}}" in page
        assert shown["preview"]["html"].startswith(styled)


def test_filters_speak_of_somebody(world: World) -> None:
    def said(**asked: Any) -> dict[str, str]:
        answer = world.ask("POST", "/api/templates/examples", json=asked)
        assert answer.status_code == 200, answer.text
        return {one["source"]: one["says"] for one in answer.json()}

    invented = said(language="uk")
    assert invented['{{ person.first_name | vocative | or_else: "Друже" }}'] == "Олено"
    unknown = said(language="uk", invented=2)
    assert unknown['{{ person.first_name | vocative | or_else: "Друже" }}'] == "Друже"
    real = said(language="en", person="u1")
    assert real['{{ person.gender | choose: "he", "she", "they" }}'] == "they"
    assert said(language="fr") == {}


def test_the_vocabulary_names_what_the_data_have_shown(world: World) -> None:
    told = world.get("/api/templates/vocabulary")
    assert {"person.city", "coupon.code", "links.unsubscribe"} <= set(told["names"])
    assert {"vocative", "money"} <= set(told["filters"]) and "named" in told["tags"]
    rooms = {one["channel"]: one for one in told["rooms"]}
    assert rooms["email"]["html"] and not rooms["sms"]["subject"]
    assert rooms["telegram"]["caption"] == 1024 < rooms["telegram"]["text"]


def test_a_text_is_sent_to_oneself_and_put_on_record(world: World) -> None:
    told = world.ask(
        "POST",
        "/api/templates/send-to-me",
        json={
            "definition": {"id": "fruit", **LETTER},
            "channel": "email",
            "to": "me@shop.example",
        },
    )
    assert told.status_code == 200, told.text
    assert (told.json()["sent"], told.json()["reader"]) == (False, "somebody invented")
    assert "127.0.0.1" in told.json()["says"]  # where no mail server listens
    assert world.items("/api/audit")[0]["subject"] == "template:fruit"


def test_an_sms_is_counted_as_it_goes_out(world: World) -> None:
    told = world.ask(
        "POST", "/api/templates/parts", json={"text": "Hello", "language": "en"}
    ).json()
    assert (told["alphabet"], told["parts"], told["left"]) == ("gsm7", ["Hello"], 155)
    assert (told["price"], told["currency"], told["too_many"]) == (0.0, "USD", False)
    long = "Маракуйя приїде за тиждень. " * 4
    told = world.ask("POST", "/api/templates/parts", json={"text": long, "language": "uk"}).json()
    assert told["alphabet"] == "ucs2" and "".join(told["parts"]) == long
    latin = next(one for one in told["ways"] if one["letters"] == "latin")
    assert latin["saved"] == len(told["parts"]) - 1 and latin["text"].isascii()
    endless = {"text": "x" * 2_000, "language": "en"}
    assert world.ask("POST", "/api/templates/parts", json=endless).json()["too_many"]


def test_real_people_are_offered_to_read_as(world: World) -> None:
    found = world.items("/api/templates/readers")
    assert 0 < len(found) <= 4
    assert all(one["traits"]["first_name"] and one["traits"]["city"] for one in found)
    assert len({one["pid"] for one in found}) == len(found)
