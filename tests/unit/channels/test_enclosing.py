"""Files inside a mail: names made safe, programs refused, read back by another parser."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.channels.email import Email
from maracuja.channels.email_enclosed import filename, with_enclosed
from maracuja.channels.email_settings import EmailSettings
from maracuja.channels.enclosing import NAME_CHARS_MAX, check, safe_name
from maracuja.channels.telegram import Telegram
from maracuja.content import Content, Enclosed
from maracuja.errors import UnsupportedFeature
from maracuja.links.tokens import KeyRing
from maracuja.model import Address, Message

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40


def file(name: str = "invoice.pdf", kind: str = "application/pdf", data: bytes = PDF) -> Enclosed:
    return Enclosed(name=name, type=kind, size=len(data), data=data)


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\Рахунок №7.pdf", "Рахунок №7.pdf"),
        ("a\r\nBcc: x@y.z.pdf", "a Bcc_ x@y.z.pdf"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ('who "said"?.txt', "who _said__.txt"),
        ("  .hidden. ", "hidden"),
        ("\x00\x07", ""),
        ("й" * 300 + ".pdf", "й" * (NAME_CHARS_MAX - 4) + ".pdf"),
    ],
)
def test_a_name_is_made_safe(given_name: str, safe: str) -> None:
    assert safe_name(given_name) == safe


@given(st.text(max_size=200))
def test_any_name_is_safe_or_nothing_and_stays_as_it_is(name: str) -> None:
    safe = safe_name(name)
    assert len(safe) <= NAME_CHARS_MAX and safe_name(safe) == safe
    assert not set(safe) & set('/\\\r\n\x00"\u202e')


@pytest.mark.parametrize(
    "bad",
    [
        file("setup.exe"),
        file("invoice.pdf.EXE. "),
        file("run.Js", "text/plain"),
        file("photo\u202egpj.scr"),
        file("a.pdf", "application/x-msdownload"),
        file("a.pdf", data=b"MZ\x90\x00"),
        file("a.pdf", data=b"\x7fELF\x02"),
        file("a.txt", "text/plain", b"#!/bin/sh\n"),
        file("a.zip", "application/zip", archive("readme.txt", "in/side.vbs")),
        file("a.docx", data=b"PK\x03\x04 not an archive"),
        file("a.pdf", "message/rfc822"),
        file("a.pdf", "text/plain\r\nBcc: x@y.z"),
        file("/"),
    ],
)
def test_what_could_be_run_or_is_no_file_is_refused(bad: Enclosed) -> None:
    with pytest.raises(UnsupportedFeature) as fault:
        check(bad)
    assert fault.value.where == "attachments"


def test_an_archive_of_papers_passes() -> None:
    kept = check(file("papers.zip", "application/zip", archive("a.pdf", "b/c.txt")))
    assert kept.name == "papers.zip"


def mail(*files: Enclosed) -> bytes:
    channel = Email(EmailSettings(sender="Shop <a@shop.example>"), KeyRing([b"k" * 32]))
    content = Content(text="Дякуємо!", html="<p>Дякуємо!</p>", subject="Рахунок", enclosed=files)
    message = Message(
        id=b"m" * 16,
        pid=7,
        channel="email",
        to=Address(kind="email", value="maria@shop.example"),
        content=content,
        campaign="_messages",
        topic="_messages",
        marketing=False,
        language="uk",
    )
    assert channel.encode(message, NOW).data == channel.encode(message, NOW).data
    return channel.encode(message, NOW).data


def test_another_parser_finds_the_words_and_every_file_as_it_was() -> None:
    table = "ім'я;сума\n".encode()
    files = [
        file(),
        file("Рахунок за листопад, дуже довга назва файлу з пробілами №1042.pdf"),
        file("таблиця.csv", "text/csv", table),
        file("сало 🥓.png", "image/png", b"\x89PNG" + bytes(1000)),
    ]
    read = message_from_bytes(mail(*files), policy=policy.default)
    assert read.get_content_type() == "multipart/mixed"
    body = read.get_body(("plain",))
    assert body is not None and body.get_content().strip() == "Дякуємо!"
    found = list(read.iter_attachments())
    assert [one.get_filename() for one in found] == [one.name for one in files]
    assert [one.get_payload(decode=True) for one in found] == [one.data for one in files]
    assert found[2].get_content_charset() == "utf-8"
    assert all(len(line) <= 998 for line in mail(*files).split(b"\r\n"))


@given(st.text(min_size=1, max_size=150))
def test_every_safe_name_comes_back_from_its_parameter(name: str) -> None:
    safe = safe_name(name)
    if not safe:
        return
    raw = f"Content-Disposition: attachment;\r\n {filename(safe)}\r\n\r\n".encode()
    assert all(len(line) <= 78 for line in raw.split(b"\r\n"))
    assert message_from_bytes(raw, policy=policy.default).get_filename() == safe


def test_without_files_the_body_is_as_before() -> None:
    first = (b"Content-Type: text/plain\r\n", b"x\r\n")
    assert with_enclosed(first, (), "00") == first


def test_too_many_too_large_and_not_here_are_named() -> None:
    for files, words in (
        ([file()] * 11, "carries 10"),
        ([file(data=bytes(4_000_000))] * 2, "carries 7000000"),
    ):
        with pytest.raises(UnsupportedFeature, match=words):
            Email.refuse(Content(text="x", enclosed=tuple(files)))
    with pytest.raises(UnsupportedFeature, match="telegram carries no files") as fault:
        Telegram.refuse(Content(text="x", enclosed=(file(),)))
    assert "media" in fault.value.fix
