"""Commands about SMS: against a simulated Twilio and a simulated SMSC, both on loopback."""

from __future__ import annotations

import base64
from pathlib import Path

from maracuja.channels.base import Answer
from maracuja.channels.http import HttpRequest
from maracuja.simulate.vendors.serving import serving
from maracuja.simulate.vendors.smsc import Smsc, serving_smsc
from maracuja.simulate.vendors.twilio import TwilioVendor
from tests.unit.cli.small_shop import command_line, parsed

SID, TOKEN = "AC" + "0a" * 16, "a-token-of-twilio-for-tests"
NUMBER = "+380501234567"
BASIC = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()


class Strict(TwilioVendor):
    """A Twilio that also looks who asks."""

    def take(self, request: HttpRequest) -> Answer:
        if request.headers.get("authorization") != BASIC:
            return self.refusal(401)
        return super().take(request)


def set_up(place: Path, section: str) -> None:
    """A workspace with an SMS gateway."""
    command_line(place)("init", "--currency", "UAH")
    file = place / "maracuja.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}\n[sms]\n{section}", encoding="utf-8")


def twilio(url: str, token: str = TOKEN) -> str:
    return (
        f'driver = "twilio"\nbase_url = "{url}"\naccount_sid = "{SID}"\nauth_token = "{token}"\n'
        'sender = "+15005550006"\nprice_per_part = 0.85\n'
    )


def test_a_twilio_account_is_checked_and_tried(tmp_path: Path) -> None:
    vendor = Strict(account_sid=SID, auth_token=TOKEN)
    with serving(vendor) as url:
        set_up(tmp_path, twilio(url))
        run = command_line(tmp_path)
        assert "My shop, active" in run("channel", "check", "sms").stdout
        sent = parsed(run("channel", "send-test", "sms", NUMBER, "--text", "Привіт", "--json"))
        assert sent["verdict"] == "accepted" and vendor.shown == [(NUMBER, "Привіт")]
        vendor.stopped.add(NUMBER)
        assert "unsubscribed" in run("channel", "send-test", "sms", NUMBER, code=1).stdout
        link = run("channel", "link", "sms", "--source", "poster-1").stdout.strip()
        assert link == "sms:+15005550006?body=START%20poster-1"
        shown = run("check").stdout
        assert TOKEN not in shown and SID in shown


def test_a_token_that_is_no_good_is_said_so(tmp_path: Path) -> None:
    with serving(Strict(account_sid=SID, auth_token=TOKEN)) as url:
        set_up(tmp_path, twilio(url, token="another-token"))
        refused = command_line(tmp_path)("channel", "check", "sms", code=1)
        assert "does not take our account" in refused.stderr


def test_a_line_is_checked_and_tried(tmp_path: Path) -> None:
    smsc = Smsc()
    section = (
        'driver = "smpp"\nhost = "127.0.0.1"\nport = {}\nsystem_id = "shop"\n'
        'password = "{}"\nsender = "MARACUJA"\n'
    )
    with serving_smsc(smsc) as served:
        set_up(tmp_path, section.format(served.port, "secret"))
        run = command_line(tmp_path)
        assert "shop at 127.0.0.1" in run("channel", "check", "sms").stdout
        sent = parsed(run("channel", "send-test", "sms", NUMBER, "--json"))
        assert sent["verdict"] == "accepted" and smsc.shown == [(NUMBER, "It works.")]
        other = tmp_path / "other"
        other.mkdir()
        set_up(other, section.format(served.port, "wrong"))
        refused = command_line(other)("channel", "check", "sms", code=1)
        assert "RINVPASWD" in refused.stderr


def test_parts_and_price_are_counted(tmp_path: Path) -> None:
    set_up(tmp_path, twilio("http://127.0.0.1:1"))
    run = command_line(tmp_path)
    text = "«Маракуйя» вже тут: приходьте до нас щодня до вечора, ми чекаємо на вас!"
    told = parsed(run("channel", "parts", text, "--language", "uk", "--json"))
    assert told["currency"] == "UAH"
    assert [(c["letters"], c["parts"], c["price"]) for c in told["choices"]] == [
        ("kept", 2, 1.7),
        ("plain", 2, 1.7),
        ("latin", 1, 0.85),
    ]
    assert "gsm7" in run("channel", "parts", text, "--language", "uk").stdout


READY = """
kind: topic
id: orders
type: service
channels: [sms]
---
kind: segment
id: everybody
where: [{trait: phone, known: true}]
---
kind: template
id: ready
variants: [{language: en, text: Your order is ready.}]
---
kind: campaign
id: ready
topic: orders
audience: everybody
template: ready
channel: sms
holdout: 0
"""


def test_a_dry_run_tells_what_messages_cost(tmp_path: Path) -> None:
    set_up(tmp_path, twilio("https://api.example"))
    written = tmp_path / "written"
    written.mkdir()
    (written / "ready.yaml").write_text(READY, encoding="utf-8")
    run = command_line(tmp_path)
    run("apply", str(written))
    told = run("campaign", "dry-run", "ready").stdout
    assert "It costs 0.00 UAH: 0 messages, 0.85 each." in told
    settings = tmp_path / "maracuja.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("price_per_part = 0.85\n", ""), encoding="utf-8")
    told = run("campaign", "dry-run", "ready").stdout
    assert "What 0 messages cost is not known: the settings name no price." in told
