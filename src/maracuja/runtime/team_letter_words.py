"""What a member is written when something about their log-in has changed: in the shop's language.

It never says what the new password, code or key is.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final


class Changed(StrEnum):
    """What has changed."""

    PASSWORD = "password"
    FACTOR = "second_factor"
    NO_FACTOR = "no_second_factor"
    KEY_MADE = "key_made"
    KEY_REVOKED = "key_revoked"


_WHAT: Final[dict[str, dict[Changed, str]]] = {
    "en": {
        Changed.PASSWORD: "Your password was changed",
        Changed.FACTOR: "A second factor was set up for you",
        Changed.NO_FACTOR: "Your second factor was turned off",
        Changed.KEY_MADE: "A new API key was made",
        Changed.KEY_REVOKED: "An API key was taken back",
    },
    "ru": {
        Changed.PASSWORD: "Ваш пароль изменён",
        Changed.FACTOR: "Для вас включён второй фактор",
        Changed.NO_FACTOR: "Ваш второй фактор отключён",
        Changed.KEY_MADE: "Создан новый ключ API",
        Changed.KEY_REVOKED: "Ключ API отозван",
    },
    "uk": {
        Changed.PASSWORD: "Ваш пароль змінено",
        Changed.FACTOR: "Для вас увімкнено другий фактор",
        Changed.NO_FACTOR: "Ваш другий фактор вимкнено",
        Changed.KEY_MADE: "Створено новий ключ API",
        Changed.KEY_REVOKED: "Ключ API відкликано",
    },
    "mn": {
        Changed.PASSWORD: "Таны нууц үг өөрчлөгдлөө",
        Changed.FACTOR: "Танд хоёр дахь хамгаалалт тохирууллаа",
        Changed.NO_FACTOR: "Таны хоёр дахь хамгаалалт унтарлаа",
        Changed.KEY_MADE: "Шинэ API түлхүүр үүсгэлээ",
        Changed.KEY_REVOKED: "API түлхүүрийг хүчингүй болголоо",
    },
}
_TEXT: Final = {
    "en": "{what}, in the workspace of {shop}, on {at} (UTC), by {by}.\n\n"
    "Was it you, or was it agreed with you? Then there is nothing to do. If not: change your "
    "password at once, log out everywhere, and tell an owner of the workspace.",
    "ru": "{what}. Рабочее место «{shop}», {at} (UTC), кто: {by}.\n\n"
    "Это были вы или вы об этом договорились? Тогда делать ничего не нужно. Если нет: сразу "
    "смените пароль, завершите все входы и сообщите владельцу.",
    "uk": "{what}. Робоче місце «{shop}», {at} (UTC), хто: {by}.\n\n"
    "Це були ви або про це домовлено? Тоді нічого робити не треба. Якщо ні: одразу змініть "
    "пароль, завершіть усі входи й повідомте власника.",
    "mn": "{what}. Ажлын орчин: {shop}, {at} (UTC), хэн: {by}.\n\n"
    "Та өөрөө эсвэл таны зөвшөөрлөөр хийсэн бол юу ч хийх шаардлагагүй. Үгүй бол нууц үгээ нэн "
    "даруй солиж, бүх газраас гарч, эзэнд мэдэгдэнэ үү.",
}


def letter(
    changed: Changed, language: str, *, shop: str, by: str, at: datetime
) -> tuple[str, str]:
    """Subject and text; English where the shop's language is not one of ours."""
    spoken = language if language in _TEXT else "en"
    what = _WHAT[spoken][changed]
    who = by.removeprefix("team:").removeprefix("key:")
    text = _TEXT[spoken].format(what=what, shop=shop, by=who, at=f"{at:%Y-%m-%d %H:%M}")
    return f"{what} · {shop}", text
