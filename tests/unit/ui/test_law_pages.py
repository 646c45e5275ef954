"""The pages of the law: every language has every word, and shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from maracuja.campaigns.law import LegalBasis, TraitClass
from maracuja.errors import BadInput
from maracuja.model import ConsentState
from maracuja.runtime import processing_record
from maracuja.runtime.message_proof import StepProven, prove
from maracuja.store.engine import Store
from maracuja.ui.law_html import proof_html, record_html
from maracuja.ui.law_words import DETAILS, LABELS, LANGUAGES, SAID, said, step
from tests.unit.runtime.small_shop import build
from tests.unit.runtime.test_law_records import ground, message_of

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
OTHERS = LANGUAGES[1:]


@pytest.mark.parametrize("table", [LABELS, SAID, DETAILS])
def test_each_text_is_there_in_every_language_with_its_gaps(
    table: dict[str, tuple[str, ...]],
) -> None:
    for key, texts in table.items():
        told = texts if table is LABELS else (key, *texts)
        assert len(told) == len(LANGUAGES) and all(told), key
        assert len({text.count("{}") for text in told}) == 1, key
        assert len({text.count("`") for text in told}) == 1, key


def test_what_a_record_can_say_is_known() -> None:
    fixed = [
        *processing_record.SECURITY,
        processing_record.UNKNOWN,
        *(one.value for one in TraitClass),
        *(one.value for one in LegalBasis),
        *(one.name.lower() for one in ConsentState),
    ]
    assert [one for one in fixed if one not in SAID] == []


def test_a_page_holds_no_english_but_the_shops_own(store: Store, tmp_path: Path) -> None:
    shop = build(store, tmp_path / "shop", size=12)
    shop.project()
    record = processing_record.record(shop.store, shop.config, shop.now)
    proof = prove(ground(shop), message_of(shop, "customer-3"), shop.now)
    english = [one.split("{}")[0] for one in SAID if len(one.split("{}")[0]) > 10]
    for language in OTHERS:
        page = record_html(record, language) + proof_html(proof, language)
        assert [one for one in english if one in page] == [], language
        assert f'<html lang="{language}">' in page
        assert "hello" in page and "person003@mail.example" in page


def test_what_stands_in_it_is_escaped(store: Store, tmp_path: Path) -> None:
    shop = build(store, tmp_path / "shop", size=12)
    record = processing_record.record(shop.store, shop.config, shop.now)
    who = replace(record.controller, name="<script>alert(1)</script> & Sons")
    page = record_html(replace(record, controller=who, lacks=("`<b>`",)), leads={"<i>": "?a&b"})
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "<code>&lt;b&gt;</code>" in page and 'href="?a&amp;b"' in page


def test_gaps_are_filled_and_own_words_stay() -> None:
    assert said("messages about tea", "uk") == "повідомлення на тему tea"
    assert said("trait city", "mn") == "city мэдээлэл"
    assert said("7 days", "ru") == "7 дн."
    assert said("tell customers of the harvest", "mn") == "tell customers of the harvest"


@pytest.mark.parametrize(
    ("what", "reason", "language", "expected"),
    [
        ("never", "opted_out", "ru", "не отправлено: человек отписался от этой темы"),
        ("never", "opted_out", "mn", "илгээгээгүй: тухайн хүн энэ сэдвээс татгалзсан"),
        ("send", "passed", "mn", "илгээсэн"),
        ("Message Deferred", "", "uk", "сервер отримувача просить зачекати"),
        ("Message Deferred", "", "mn", "хүлээн авагчийн сервер хүлээхийг хүссэн"),
        ("asked", "", "ru", "запрошено программой или оператором"),
    ],
)
def test_steps_are_told(what: str, reason: str, language: str, expected: str) -> None:
    says = {
        "never": "not sent: the person opted out of this topic",
        "asked": "asked for by a program or an operator",
    }
    one = StepProven(AT, what, says.get(what, what), {"reason": reason})
    assert step(one, language) == expected


def test_another_language_is_refused(store: Store, tmp_path: Path) -> None:
    shop = build(store, tmp_path / "shop", size=12)
    record = processing_record.record(shop.store, shop.config, shop.now)
    with pytest.raises(BadInput, match="no page"):
        record_html(record, "de")
