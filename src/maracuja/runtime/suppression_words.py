"""Why an address is not written to, as a sentence in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from maracuja.model import micros, moment
from maracuja.store import suppressions
from maracuja.store.suppressions import MARKETING, Suppression

_WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "all": "Nothing is sent to the {channel} address since {at}{until}: {reason}.",
        "marketing": "No marketing is sent to the {channel} address since {at}{until}: {reason}.",
        "until": ", until {until}",
        "bounced": "it does not exist or takes no mail",
        "complained": "a message was reported as spam",
        "unsubscribed": "the person has left there",
        "mailbox_full": "the mailbox was full again and again",
        "by_hand": "somebody of the shop decided so",
        "imported": "it stood on an imported list",
        "erased": "the person was forgotten",
    },
    "ru": {
        "all": "На адрес в {channel} с {at}{until} ничего не отправляется: {reason}.",
        "marketing": "На адрес в {channel} с {at}{until} не отправляется реклама: {reason}.",
        "until": " до {until}",
        "bounced": "его нет или он не принимает писем",
        "complained": "на сообщение пожаловались как на спам",
        "unsubscribed": "человек отписался там",
        "mailbox_full": "ящик раз за разом был полон",
        "by_hand": "так решил сотрудник магазина",
        "imported": "он был в загруженном списке",
        "erased": "человек попросил забыть его",
    },
    "uk": {
        "all": "На адресу в {channel} з {at}{until} нічого не надсилається: {reason}.",
        "marketing": "На адресу в {channel} з {at}{until} не надсилається реклама: {reason}.",
        "until": " до {until}",
        "bounced": "її немає або вона не приймає листів",
        "complained": "на повідомлення поскаржилися як на спам",
        "unsubscribed": "людина відписалася там",
        "mailbox_full": "скринька раз у раз була повна",
        "by_hand": "так вирішив працівник магазину",
        "imported": "вона була в завантаженому списку",
        "erased": "людина попросила забути її",
    },
    "mn": {
        "all": "{channel} хаяг руу {at}-аас{until} юу ч илгээхгүй: {reason}.",
        "marketing": "{channel} хаяг руу {at}-аас{until} сурталчилгаа илгээхгүй: {reason}.",
        "until": " {until} хүртэл",
        "bounced": "ийм хаяг байхгүй эсвэл шуудан хүлээж авдаггүй",
        "complained": "мессежийг спам гэж мэдэгдсэн",
        "unsubscribed": "тухайн хүн тэнд захиалгаа цуцалсан",
        "mailbox_full": "шуудангийн хайрцаг удаа дараа дүүрэн байсан",
        "by_hand": "дэлгүүрийн ажилтан ингэж шийдсэн",
        "imported": "импортолсон жагсаалтад байсан",
        "erased": "тухайн хүн мэдээллээ устгуулсан",
    },
}


def of_person(
    conn: Connection, pid: int, now: datetime, *, language: str, zone: str
) -> tuple[str, ...]:
    """A sentence for each address of a canonical pid that is not written to now."""
    return tuple(sentences(suppressions.of(conn, pid, micros(now)), language, zone))


def sentences(rows: Sequence[Suppression], language: str, zone: str) -> list[str]:
    """Each suppression in words: since when, why, and what the server or somebody said."""
    words = _WORDS.get(language, _WORDS["en"])
    return [_sentence(row, words, zone) for row in rows]


def _sentence(row: Suppression, words: dict[str, str], zone: str) -> str:
    reason = words.get(row.reason, row.reason)
    said = ": ".join(filter(None, [row.code, row.raw[:200].strip()]))
    until = words["until"].format(until=_day(row.until_us, zone)) if row.until_us else ""
    form = words["marketing"] if row.scope == MARKETING else words["all"]
    return form.format(
        channel=row.channel,
        at=_day(row.at_us, zone),
        until=until,
        reason=f"{reason} ({said})" if said else reason,
    )


def _day(at_us: int, zone: str) -> str:
    at = moment(at_us).astimezone(ZoneInfo(zone) if zone else UTC)
    return f"{at:%Y-%m-%d}"
