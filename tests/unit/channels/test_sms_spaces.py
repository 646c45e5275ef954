"""A message by SMS has plain spaces only, whatever its filters and its author put there."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from maracuja.channels.sms import Sms
from maracuja.channels.sms_settings import SmsSettings
from maracuja.channels.sms_text import Letters
from maracuja.content import Content
from maracuja.model import Address, Message
from maracuja.templates.compiled import compiled
from maracuja.templates.definition import Template, Variant

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
NO_BREAK = {"\u00a0", "\u202f"}
FORMS = {
    "ru": "'бонус', 'бонуса', 'бонусов'",
    "uk": "'бонус', 'бонуси', 'бонусів'",
    "en": "'point', 'points'",
    "mn": "'оноо', 'оноо'",
}
DRIVERS = {
    "twilio": {"account_sid": "AC" + "0a" * 16, "auth_token": "for tests"},
    "alphasms": {"gateway_key": "k"},
    "smpp": {"host": "127.0.0.1", "system_id": "shop"},
}


def rendered(language: str) -> str:
    """A text for SMS with an amount, a counted noun, a day, and a space of the author's own."""
    text = (
        f"{{{{ person.points | count: {FORMS[language]} }}}}, {{{{ person.paid | money: 'UAH' }}}}"
        "\u202f— {{ person.until | day: 'year' }}\u00a0!"
    )
    template = Template(id="t", variants=(Variant(language=language, channel="sms", text=text),))
    schema = {
        "person.points": pl.Int64(), "person.paid": pl.Int64(), "person.until": pl.Date()
    }  # fmt: skip
    rows = {"person.points": [2500], "person.paid": [159350], "person.until": [date(2026, 5, 2)]}
    made = compiled(template, schema).render(pl.DataFrame(rows, schema=schema), None, now=NOW)
    return made.bodies("text")[0]


@pytest.mark.parametrize("language", list(FORMS))
@pytest.mark.parametrize("driver", list(DRIVERS))
@pytest.mark.parametrize("letters", list(Letters))
def test_no_gateway_is_given_a_no_break_space(
    language: str, driver: str, letters: Letters
) -> None:
    text = rendered(language)
    assert set(text) & NO_BREAK, "the filters write them"
    settings = SmsSettings(
        driver=driver, sender="+380501234567", letters=letters, **DRIVERS[driver]
    )
    channel = Sms(settings)
    assert not set("".join(channel.parts(text, language).parts)) & NO_BREAK
    message = Message(
        id=b"m" * 16,
        pid=1,
        channel="sms",
        to=Address("phone", "+380671234567"),
        content=Content(text=text),
        campaign="c",
        topic="news",
        marketing=False,
        language=language,
    )
    wire = repr(channel.request(message, NOW))
    for sign in ("\\xa0", "\\u202f", "%C2%A0", "%E2%80%AF", "\\xc2\\xa0", "\\xe2\\x80\\xaf"):
        assert sign not in wire
