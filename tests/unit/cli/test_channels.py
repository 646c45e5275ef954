"""Commands about channels, against a simulated vendor on loopback."""

from __future__ import annotations

from pathlib import Path

import pytest

from maracuja.links.qr import Correction, QrCode
from maracuja.simulate.vendors.serving import serving
from maracuja.simulate.vendors.telegram import TelegramVendor
from maracuja.simulate.vendors.viber import ViberVendor
from tests.unit.cli.small_shop import command_line, parsed

TOKEN = "123456:AAbbCCddEEffGGhhIIjjKK"
SECRET = "a-long-word-for-the-webhook"


def set_up(place: Path, url: str, token: str = TOKEN) -> None:
    """A workspace with a Telegram bot at that address."""
    run = command_line(place)
    run("init")
    file = place / "maracuja.toml"
    section = f"""
[telegram]
base_url = "{url}"
token = "{token}"
bot = "maracuja_bot"
webhook_secret = "{SECRET}"
"""
    file.write_text(file.read_text(encoding="utf-8") + section, encoding="utf-8")


def test_an_account_is_checked_connected_and_tried(tmp_path: Path) -> None:
    vendor = TelegramVendor(token=TOKEN)
    with serving(vendor) as url:
        set_up(tmp_path, url)
        run = command_line(tmp_path)
        assert "@maracuja_bot" in run("channel", "check", "telegram").stdout
        run("channel", "connect", "telegram")
        assert vendor.webhook == "http://127.0.0.1:8080/w/telegram/main"
        assert vendor.secret == SECRET
        sent = parsed(run("channel", "send-test", "telegram", "42", "--text", "Hi", "--json"))
        assert sent["verdict"] == "accepted"
        assert vendor.shown[0][2] == {"chat_id": 42, "text": "Hi"}
        vendor.closed.add(43)
        failed = run("channel", "send-test", "telegram", "43", code=1)
        assert "blocked" in failed.stdout
        link = run("channel", "link", "telegram", "--source", "poster-1").stdout.strip()
        assert link == "https://t.me/maracuja_bot?start=poster-1"


POST = """
kind: template
id: harvest
language: en
variants:
  - language: en
    text: "*New* harvest at {{ shop.name }}"
    formatted: true
    picture: "https://shop.example/fruit.jpg"
    buttons: [{text: See, url: "https://shop.example/new"}]
  - language: uk
    text: "Новий врожай"
---
kind: template
id: hello
language: en
variants:
  - language: en
    text: "Hello {{ person.first_name | default: 'you' }}"
---
kind: template
id: way_out
language: en
variants:
  - language: en
    text: "New harvest. {{ links.unsubscribe }}"
"""


def test_a_post_goes_to_a_channel_and_speaks_of_nobody(tmp_path: Path) -> None:
    vendor = TelegramVendor(token=TOKEN)
    with serving(vendor) as url:
        set_up(tmp_path, url)
        run = command_line(tmp_path)
        posts = tmp_path / "posts"
        posts.mkdir()
        (posts / "post.yaml").write_text(POST, encoding="utf-8")
        run("apply", str(posts))
        to = ("channel", "post", "telegram", "@my_channel", "--template")
        assert parsed(run(*to, "harvest", "--json"))["verdict"] == "accepted"
        chat, method, body = vendor.shown[0]
        assert (chat, method) == ("@my_channel", "sendPhoto")
        assert body["caption"].startswith("<b>New</b> harvest at ")
        assert body["reply_markup"]["inline_keyboard"][0][0]["url"] == "https://shop.example/new"
        run(*to, "harvest", "--language", "uk")
        assert vendor.shown[1][2]["text"] == "Новий врожай"
        assert "person.first_name" in run(*to, "hello", code=2).stderr
        assert "links.unsubscribe" in run(*to, "way_out", code=2).stderr
        assert (
            "no such place"
            in run("channel", "post", "telegram", "42", "--template", "harvest", code=2).stderr
        )
        assert len(vendor.shown) == 2 and not vendor.violations


def test_a_link_is_drawn_for_a_poster(tmp_path: Path) -> None:
    set_up(tmp_path, "http://127.0.0.1:1")
    run = command_line(tmp_path)
    svg, png = tmp_path / "poster.svg", tmp_path / "poster.png"
    asked = ("channel", "link", "telegram", "--source", "poster-1", "--size-mm", "80")
    shown = run(*asked, "--correction", "H", "--svg", str(svg), "--png", str(png)).stdout
    link = "https://t.me/maracuja_bot?start=poster-1"
    assert shown.strip() == link
    code = QrCode(link, Correction.HIGH)
    assert svg.read_bytes() == code.svg(80) and png.read_bytes() == code.png(80)
    assert "mm wide" in run(*asked[:-1], "5", "--svg", str(svg), code=2).stderr
    assert svg.read_bytes() == code.svg(80)
    nowhere = str(tmp_path / "nowhere" / "poster.svg")
    assert "nowhere" in run(*asked, "--svg", nowhere, code=2).stderr


def test_what_is_set_up_is_listed_and_no_secret_is_shown(tmp_path: Path) -> None:
    set_up(tmp_path, "http://127.0.0.1:1")
    run = command_line(tmp_path)
    listed = {one["channel"]: one for one in parsed(run("channel", "list", "--json"))}
    assert listed["telegram"]["here"] == "set up" and listed["email"]["here"] == "set up"
    assert listed["telegram"]["text, characters"] == "4,096"
    assert "telegram" in run("channel", "list").stdout
    shown = run("check").stdout
    assert TOKEN not in shown and SECRET not in shown and "maracuja_bot" in shown


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("check", "pigeon"), 4, "not set up"),
        (("check", "email"), 2, "cannot be asked"),
        (("link", "telegram", "--source", "two words"), 2, "64 letters"),
        (("link", "telegram", "--source", "x" * 65), 2, "come 65"),
        (("link", "telegram", "--for", "nobody"), 4, "Nobody is known"),
        (("link", "email"), 2, "no link into email"),
        (("link", "pigeon"), 4, "not set up"),
        (("send-test", "telegram", "maria"), 2, "no id"),
    ],
)
def test_what_cannot_be_is_said(
    tmp_path: Path, words: tuple[str, ...], code: int, says: str
) -> None:
    set_up(tmp_path, "http://127.0.0.1:1")
    assert says in command_line(tmp_path)("channel", *words, code=code).stderr


def test_a_token_that_is_no_good_is_said_so(tmp_path: Path) -> None:
    with serving(TelegramVendor(token="another")) as url:
        set_up(tmp_path, url)
        refused = command_line(tmp_path)("channel", "check", "telegram", code=1)
        assert "does not take our account" in refused.stderr
        assert TOKEN not in refused.stderr


def test_people_are_asked_about_where_the_vendor_answers(tmp_path: Path) -> None:
    vendor = ViberVendor(token=TOKEN, details={"01234567890A=": {"device_type": "iPhone9,4"}})
    with serving(vendor) as url:
        set_up(tmp_path, url)
        file = tmp_path / "maracuja.toml"
        section = f'[viber]\nbase_url = "{url}"\ntoken = "{TOKEN}"\nsender_name = "Shop"\n'
        file.write_text(file.read_text(encoding="utf-8") + section, encoding="utf-8")
        run = command_line(tmp_path)
        found = parsed(run("channel", "ask", "viber", "01234567890A=", "--json"))
        assert found == {"01234567890A=": {"device": "iPhone9,4"}}
        assert "device iPhone9,4" in run("channel", "ask", "viber", "01234567890A=").stdout
        assert "not asked" in run("channel", "ask", "telegram", "42", code=2).stderr


def test_a_further_account_is_checked_connected_tried_and_listed(tmp_path: Path) -> None:
    main, promo = TelegramVendor(token=TOKEN), TelegramVendor(token=f"{TOKEN}2")
    with serving(main) as url, serving(promo) as other:
        set_up(tmp_path, url)
        file = tmp_path / "maracuja.toml"
        section = f"""
[telegram.promo]
base_url = "{other}"
token = "{TOKEN}2"
bot = "promo_bot"
webhook_secret = "{SECRET}2"
"""
        file.write_text(file.read_text(encoding="utf-8") + section, encoding="utf-8")
        run = command_line(tmp_path)
        run("channel", "check", "telegram/promo")
        run("channel", "connect", "telegram/promo")
        assert promo.webhook == "http://127.0.0.1:8080/w/telegram/promo" and not main.webhook
        run("channel", "send-test", "telegram/promo", "42", "--text", "Hi")
        assert len(promo.shown) == 1 and not main.shown
        link = run("channel", "link", "telegram/promo", "--source", "a").stdout.strip()
        assert link == "https://t.me/promo_bot?start=a"
        states = {one["channel"]: one["here"] for one in parsed(run("channel", "list", "--json"))}
        assert states["telegram/promo"] == "set up" and states["viber"] == "-"
