"""The rule sets that Maracuja knows, as plain records: Ukraine, Russia, Mongolia; the Union's too.

Wherever no rule is known the strict default holds; it must never be laxer than any of the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Final

from maracuja.decisions.law import (
    Age,
    Breach,
    Consent,
    Deadline,
    Double,
    Hours,
    LawSet,
    OptIn,
    Stated,
    advice,
    every_kind,
    every_right,
)
from maracuja.decisions.law_europe import EUROPE

_2297_URL: Final = "https://zakon.rada.gov.ua/laws/show/2297-17"
_UA_ADS_URL: Final = "https://zakon.rada.gov.ua/laws/show/270/96-%D0%B2%D1%80"
_UA_TRADE_URL: Final = "https://zakon.rada.gov.ua/laws/show/675-19"
_UA_CIVIL_URL: Final = "https://zakon.rada.gov.ua/laws/show/435-15"
_152_URL: Final = "http://pravo.gov.ru/proxy/ips/?docbody=&nd=102108261"
_38_URL: Final = "http://pravo.gov.ru/proxy/ips/?docbody=&nd=102105292"
_MN_URL: Final = "https://legalinfo.mn/mn/detail?lawId=16390288615991"
_US_URL: Final = "https://www.ecfr.gov/current/title-47/section-64.1200"

STRICT: Final = "strict"


def _2297(article: str, *, law: bool = True) -> Stated:
    return Stated(source=f"Law of Ukraine 2297-VI art. {article}", url=_2297_URL, law=law)


def _152(article: str) -> Stated:
    return Stated(source=f"Federal Law 152-FZ art. {article}", url=_152_URL)


def _38(article: str) -> Stated:
    return Stated(source=f"Federal Law 38-FZ art. {article}", url=_38_URL)


def _mn(said: str, *, law: bool = True) -> Stated:
    name = "Law of Mongolia on Personal Data Protection (17 December 2021)"
    return Stated(source=f"{name}: {said}", url=_MN_URL, law=law)


_EVENING: Final = time(21)

_UA_SPAM: Final = Stated(source="Law of Ukraine On Advertising art. 14-3(2)", url=_UA_ADS_URL)

UKRAINE: Final = LawSet(
    id="ukraine",
    name="Ukraine: personal data 2297-VI, advertising 270/96, electronic commerce 675-VIII",
    countries=("UA",),
    opt_in=every_kind(OptIn(needs=Consent.PRIOR, double=Double.ADVISED, stated=_UA_SPAM)),
    hours=(
        Hours(start=time(9), end=_EVENING, stated=advice("No rule for messages; custom")),
    ),
    sender=Stated(
        source="Law of Ukraine On Electronic Commerce art. 10(3), with art. 7", url=_UA_TRADE_URL
    ),
    age=Age(
        years=14,
        stated=advice("2297-VI names no age; Civil Code of Ukraine art. 31", _UA_CIVIL_URL),
    ),
    rights=every_right(
        Deadline(days=30, stated=_2297("8(2)(4) and 16: thirty calendar days")),
        rectification=Deadline(days=10, stated=advice("2297-VI art. 20(3): at once; 10 days")),
        erasure=Deadline(days=10, stated=advice("2297-VI art. 8(2)(6): no number; 10 days")),
        restriction=Deadline(days=10, stated=advice("2297-VI art. 8(2)(5): no number; 10 days")),
        objection=Deadline(days=0, stated=_2297("8(2)(5) and (11)")),
    ),
    breach=Breach(
        hours=72,
        authority="the Ukrainian Parliament Commissioner for Human Rights",
        people="at once, where harm is likely",
        stated=advice("2297-VI names no deadline; as GDPR art. 33"),
    ),
    special=_2297("7"),
    profiling=_2297("8(2)(5) and (13)"),
    keep=("No longer than the purpose that the person agreed to needs (2297-VI art. 6(8));"
          " deleted when that time is over or the relation ends (art. 15).",),
    notes=(
        "The consent is written or electronic, and saying no later is free of charge"
        " (On Advertising art. 14-3).",
        "People are told within ten working days of changes and transfers (2297-VI art. 21).",
    ),
)  # fmt: skip

RUSSIA: Final = LawSet(
    id="russia",
    name="Russia: personal data 152-FZ, advertising 38-FZ",
    countries=("RU",),
    opt_in=every_kind(OptIn(needs=Consent.PRIOR, double=Double.ADVISED, stated=_38("18(1)"))),
    hours=(
        Hours(
            start=time(9),
            end=_EVENING,
            stated=advice("No rule for advertising messages; as debt collection (230-FZ art. 7)"),
        ),
    ),
    sender=_38("18(1) and 18.1"),
    age=Age(years=18, stated=advice("152-FZ art. 9(6): a minor's consent is the parents'")),
    rights=every_right(
        Deadline(days=10, more=5, working=True, stated=_152("20(1): ten working days")),
        rectification=Deadline(days=7, working=True, stated=_152("20(3) and 21(2)")),
        erasure=Deadline(days=7, working=True, stated=_152("20(3)")),
        restriction=Deadline(days=0, stated=_152("21(1): blocked from the request on")),
        objection=Deadline(days=0, stated=_152("15(2): at once")),
    ),
    breach=Breach(
        hours=24,
        authority="Roskomnadzor (what was found out follows within 72 hours)",
        people="no rule of its own; tell them where harm is likely",
        stated=_152("21(3.1)"),
    ),
    special=_152("10 and 11"),
    profiling=_152("15 and 16"),
    keep=("Deleted within 30 days once the purpose is reached or the consent withdrawn"
          " (152-FZ art. 21(4) and (5)); the shop proves every consent (38-FZ art. 18(1)).",),
    notes=(
        "Data of citizens may not be collected with databases abroad (152-FZ art. 18(5), since"
        " 1 July 2025 by 23-FZ).",
        "A consent to processing stands apart from everything else that is agreed to or signed"
        " (152-FZ art. 9(1), since 1 September 2025 by 156-FZ): a page and a tick of its own.",
        "What a person lets everybody see, such as a review with a name, needs another consent"
        " of its own (152-FZ art. 10.1).",
        "No advertising on resources that are blocked in Russia, Instagram and Facebook among"
        " them (38-FZ as of 1 September 2025 by 72-FZ).",
        "Advertising on the internet is marked «Реклама», with the advertiser and an identifier"
        " (38-FZ art. 18.1): ask your lawyer which of your mailings count.",
        "The operator is registered with Roskomnadzor (152-FZ art. 22).",
    ),
)  # fmt: skip

MONGOLIA: Final = LawSet(
    id="mongolia",
    name="Mongolia: Law on Personal Data Protection of 2021",
    countries=("MN",),
    opt_in=every_kind(
        OptIn(
            needs=Consent.PRIOR,
            double=Double.ADVISED,
            stated=_mn("consent in writing or electronically"),
        )
    ),
    hours=(Hours(start=time(9), end=_EVENING, stated=advice("No rule known; custom")),),
    sender=_mn("who collects, and for what, is told beforehand"),
    age=Age(
        years=18,
        stated=advice("No age known for marketing; a minor's consent is the legal guardian's"),
    ),
    rights=every_right(
        Deadline(days=10, working=True, stated=advice("No number known; as the strictest here")),
        objection=Deadline(days=0, stated=_mn("consent can be withdrawn")),
    ),
    breach=Breach(
        hours=24,
        authority="the National Human Rights Commission and the ministry for digital development",
        people="at once, where harm is likely",
        stated=advice("No number known; as the strictest here"),
    ),
    special=_mn("art. 4.1.12"),
    profiling=_mn("the owner of the data may refuse"),
    keep=("No longer than the person was told when they agreed.",),
    notes=("Sending data out of Mongolia needs the person's consent, unless a law or a treaty"
           " allows it.",),
)  # fmt: skip

_NO_LAW: Final = advice("The strict default: the strictest of the laws that are known here")

DEFAULT: Final = LawSet(
    id=STRICT,
    name="Anywhere else: the strictest of each",
    countries=(),
    opt_in=every_kind(OptIn(needs=Consent.PRIOR, double=Double.ADVISED, stated=_NO_LAW)),
    hours=(
        Hours(
            start=time(8),
            end=_EVENING,
            stated=Stated(source="47 CFR 64.1200(c)(1) of the United States", url=_US_URL),
        ),
        Hours(start=time(9), end=_EVENING, stated=_NO_LAW),
    ),
    sender=_NO_LAW,
    age=Age(years=18, stated=_NO_LAW),
    rights=every_right(
        Deadline(days=10, working=True, stated=_NO_LAW),
        rectification=Deadline(days=7, stated=_NO_LAW),
        erasure=Deadline(days=7, stated=_NO_LAW),
        restriction=Deadline(days=0, stated=_NO_LAW),
        objection=Deadline(days=0, stated=_NO_LAW),
    ),
    breach=Breach(
        hours=24,
        authority="the authority of their country",
        people="at once, where harm is likely",
        stated=_NO_LAW,
    ),
    special=_NO_LAW,
    profiling=_NO_LAW,
    keep=("No longer than the purpose needs.",),
    notes=("Which law holds there is not known here: ask a lawyer of that country.",),
)

LAWS: Final[tuple[LawSet, ...]] = (*EUROPE, UKRAINE, RUSSIA, MONGOLIA, DEFAULT)
BY_ID: Final[Mapping[str, LawSet]] = {one.id: one for one in LAWS}
BY_COUNTRY: Final[Mapping[str, str]] = {c: one.id for one in LAWS for c in one.countries}


def law_of(country: str) -> LawSet:
    """The rules for people of a country (ISO code); the strict default where none is known."""
    return BY_ID[BY_COUNTRY.get(country.upper(), STRICT)]
