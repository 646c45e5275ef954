"""docs/email.md is true: its examples work, its outputs are those, and it names every setting."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from maracuja.campaigns.decoding import decode_text
from maracuja.channels import email_warm_up
from maracuja.channels.email_dns import Check
from maracuja.channels.email_settings import EmailSettings
from maracuja.cli.output import table
from maracuja.config import make_config
from maracuja.ingest.deliveries import STOPS
from maracuja.runtime import browser_view, link_check
from maracuja.store import full_mailboxes
from maracuja.templates import mail_lints
from maracuja.templates.check import check
from maracuja.templates.definition import Template
from tests.unit.channels.odd_reports import REPORTS
from tests.unit.channels.test_email_odd_reports import MEANT

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "email.md").read_text(encoding="utf-8")

CODES = [
    *sorted(set(re.findall(r'_warn\(\s*"(\w+)"', Path(mail_lints.__file__).read_text()))),
    *("shortener", "ip_link", "other_target", "spam_score"),
]


def section(title: str) -> str:
    """The part of the page below that heading, up to the next of any level."""
    return re.split(r"^##+ ", PAGE.partition(f"# {title}\n")[2], maxsplit=1, flags=re.M)[0]


def fenced(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def printed(title: str, columns: list[str], rows: list[tuple[object, ...]]) -> list[str]:
    out = StringIO()
    Console(file=out, width=100).print(table(title, columns, rows))
    return [line.strip() for line in out.getvalue().splitlines() if line.strip()]


@pytest.mark.parametrize("name", EmailSettings.__struct_fields__)
def test_every_setting_is_documented(name: str) -> None:
    table_of = section("Settings")
    assert re.search(rf"`{name}`", table_of), name


def test_the_mjml_of_the_page_becomes_a_good_mail() -> None:
    [block] = fenced(section("MJML"), "yaml")
    [template] = decode_text(block)
    assert isinstance(template, Template)
    found = check(template)
    assert found.ok and "<table" in template.variants[0].html
    text = next(one.content.text for one in found.trials if one.content)
    assert "the Assam that sold out in spring is back." in text


@pytest.mark.parametrize("code", CODES)
def test_every_finding_has_its_row(code: str) -> None:
    assert f"`{code}`" in section("Before a launch")


def test_the_numbers_of_the_checks_are_those() -> None:
    part = section("Before a launch")
    assert f"fewer than {mail_lints.WORDS_MIN} words" in part
    assert f"under {mail_lints.TEXT_SHARE_MIN * 100:.0f} %" in part
    assert f"more than {mail_lints.LINKS_MAX}" in part
    assert f"at most {link_check.LINKS_MAX} of them" in part
    assert link_check.TIMEOUT_S == 8 and "eight seconds" in part


def test_the_warm_up_is_as_the_page_shows() -> None:
    part = section("Warming up a new domain")
    [toml], [shown] = fenced(part, "toml"), fenced(part, "text")
    import tomllib

    settings = make_config(tomllib.loads(toml)).email
    assert settings == EmailSettings(warm_up_from="2026-05-04"), "the defaults are shown"
    days = ["2026-05-04", "2026-05-05", "2026-05-06"]
    volumes = email_warm_up.plan(settings)[:3]
    rows = [(n + 1, day, volumes[n]) for n, day in enumerate(days)]
    made = printed("Where all goes well", ["day", "date", "to each provider"], rows)
    assert [line.strip() for line in shown.splitlines() if line.strip()] == made
    assert f"more than {email_warm_up.BOUNCE_SHARE * 100:.0f} % bounces" in part
    assert f"{email_warm_up.COMPLAINT_SHARE * 100:.1f} % complaints" in part


def test_what_dns_says_is_printed_so() -> None:
    shown = fenced(section("Settings"), "text")[-1]
    rows: list[tuple[object, ...]] = []
    for line in shown.splitlines()[2:7]:
        cells = re.split(r"\s{2,}", line.strip())
        rows.append(tuple(cells))
        Check(*cells[:3])
    made = printed("What DNS says", ["what", "of", "is", "found"], rows)
    assert [line.strip() for line in shown.splitlines()[:7]] == made


def test_a_seed_test_is_printed_so() -> None:
    [shown] = fenced(section("Seed test"), "text")
    lines = [line.strip() for line in shown.splitlines() if line.strip()]
    rows = [tuple(re.split(r"\s{2,}", line)) for line in lines[2:]]
    columns = ["seed", "text", "place", "SPF", "DKIM", "DMARC"]
    assert printed("Where they arrived", columns, rows) == lines
    for block in fenced(section("Seed test"), "toml"):
        import tomllib

        assert set(make_config(tomllib.loads(block)).email.seeds) == {"gmail", "ukr_net"}


@pytest.mark.parametrize("reason", [*(why for _, why in STOPS.values()), full_mailboxes.REASON])
def test_every_reason_of_a_suppression_has_its_row(reason: str) -> None:
    assert f"| `{reason}` |" in section("Who is not written to")


def test_the_forms_of_reports_are_tried() -> None:
    part = section("Servers that follow no standard")
    for named in ("qmail", "Exim", "Exchange", "Mail.ru", "JMRP"):
        assert named in part
    assert set(MEANT) == set(REPORTS)


def test_a_view_lasts_as_long_as_the_page_says() -> None:
    assert f"for {browser_view.LIFE.days} days" in PAGE
