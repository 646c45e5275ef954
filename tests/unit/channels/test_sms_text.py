"""Parts, price, letters and senders of text messages, by worked numbers."""

from __future__ import annotations

import pytest

from maracuja.channels.sms_text import (
    BASIC,
    Alphabet,
    Letters,
    SenderKind,
    choices,
    encode,
    fitted,
    sender_kind,
    split,
    units,
    written,
)


@pytest.mark.parametrize(
    ("text", "bits", "sizes"),
    [
        ("a" * 160, 8, [160]),
        ("a" * 161, 8, [153, 8]),
        ("a" * 161, 16, [152, 9]),
        ("a" * 306, 8, [153, 153]),
        ("a" * 307, 8, [153, 153, 1]),
        ("я" * 70, 8, [70]),
        ("я" * 71, 8, [67, 4]),
        ("я" * 71, 16, [66, 5]),
        ("€" * 80, 8, [160]),
        ("€" * 81, 8, [152, 10]),  # 153 is odd: a euro sign is not cut
        ("a" + "€" * 80, 8, [153, 8]),
        ("😀" * 35, 8, [70]),
        ("😀" * 40, 8, [66, 14]),
        ("😀" * 40, 16, [66, 14]),
        ("", 8, [0]),
        ("a" * 69 + "`", 8, [70]),
        ("a" * 70 + "`", 8, [67, 4]),
    ],
)
def test_parts(text: str, bits: int, sizes: list[int]) -> None:
    cut = split(text, bits)
    assert [units(part, cut.alphabet) for part in cut.parts] == sizes


def test_the_tables_are_those_of_the_specification() -> None:
    assert len(BASIC) == 128
    assert encode("@ΔEΞ€[à\n", Alphabet.GSM7).hex() == "0010451a1b651b3c7f0a"
    assert [BASIC.index(letter) for letter in "£$¤Ç§¡¿äñü"] == [
        1, 2, 0x24, 9, 0x5F, 0x40, 0x60, 0x7B, 0x7D, 0x7E,
    ]  # fmt: skip


@pytest.mark.parametrize("letter", "я«–…ç`\tї₴")
def test_one_foreign_letter_turns_the_whole(letter: str) -> None:
    assert split("a" + letter).alphabet is Alphabet.UCS2


def test_price_is_that_of_the_parts() -> None:
    assert split("a" * 161).price(0.85) == 1.7


def test_no_break_spaces_are_always_plain() -> None:
    cut = fitted("10\u00a0000\u202f%\u2060!", Letters.KEPT, "uk")
    assert cut == (Alphabet.GSM7, ("10 000 %!",))


def test_plain_letters_come_only_where_they_save() -> None:
    quoted = "“Hello” — it’s here… " * 4
    assert split(quoted).alphabet is Alphabet.UCS2
    assert fitted(quoted, Letters.PLAIN, "en").alphabet is Alphabet.GSM7
    assert fitted(quoted, Letters.KEPT, "en").parts == split(quoted).parts
    short = "«Привіт» — тут…"
    assert fitted(short, Letters.LATIN, "uk").parts == (short,), "one part is one part"


def test_the_choices_say_what_each_saves() -> None:
    text = "«Маракуйя» вже тут: приходьте до нас щодня до вечора, ми чекаємо на вас!"
    kept, plain, latin = choices(text, "uk")
    assert (kept.parts, plain.saved, latin.saved) == (2, 0, 1)
    assert latin.text.startswith('"Marakuiia" vzhe tut: prykhodte')


@pytest.mark.parametrize(
    ("language", "text", "latin"),
    [
        ("uk", "Згурський, ЩАСТЯ, Щука, Єва", "Zghurskyi, SHCHASTIA, Shchuka, Yeva"),
        ("uk", "їжак, об’єкт, Юля, Ыё", "yizhak, obiekt, Yulia, Yyo"),
        ("ru", "Объявление: ещё щи, Юля и Ёлка", "Obyavlenie: yeshchyo shchi, Yulya i Yolka"),
        ("mn", "Өнөөдөр үзээрэй, Жавхлан", "Önöödör üzeerei, Javkhlan"),
        ("en", "Café Škoda, naïve ç", "Café Skoda, naive Ç"),
    ],
)  # fmt: skip
def test_latin_letters(language: str, text: str, latin: str) -> None:
    assert written(text, Letters.LATIN, language) == latin


@pytest.mark.parametrize(
    ("sender", "kind"),
    [
        ("MARACUJA", SenderKind.WORD),
        ("My Shop 24", SenderKind.WORD),
        ("12345678901", None),
        ("MARACUJA.SHOP", None),
        ("Маракуйя", None),
        (" shop", None),
        ("7070", SenderKind.SHORT),
        ("+380501234567", SenderKind.NUMBER),
        ("", None),
        ("a\nb", None),
    ],
)
def test_senders(sender: str, kind: SenderKind | None) -> None:
    assert sender_kind(sender) is kind
