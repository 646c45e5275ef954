"""The rule sets that Maracuja knows, as plain records: European Union, Ukraine, Russia, Mongolia.

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
    Kind,
    LawSet,
    OptIn,
    Right,
    Stated,
)

_GDPR_URL: Final = "https://eur-lex.europa.eu/eli/reg/2016/679/oj"
_EPRIVACY_URL: Final = "https://eur-lex.europa.eu/eli/dir/2002/58/2009-12-19"
_2297_URL: Final = "https://zakon.rada.gov.ua/laws/show/2297-17"
_UA_ADS_URL: Final = "https://zakon.rada.gov.ua/laws/show/270/96-%D0%B2%D1%80"
_UA_TRADE_URL: Final = "https://zakon.rada.gov.ua/laws/show/675-19"
_UA_CIVIL_URL: Final = "https://zakon.rada.gov.ua/laws/show/435-15"
_152_URL: Final = "http://pravo.gov.ru/proxy/ips/?docbody=&nd=102108261"
_38_URL: Final = "http://pravo.gov.ru/proxy/ips/?docbody=&nd=102105292"
_MN_URL: Final = "http://worldlii.org/int/other/NDPrivLegis/2021/13.html"
_US_URL: Final = "https://www.ecfr.gov/current/title-47/section-64.1200"
_HERE_URL: Final = "docs/law.md"

STRICT: Final = "strict"


def _gdpr(article: str, *, law: bool = True) -> Stated:
    return Stated(source=f"GDPR art. {article}", url=_GDPR_URL, law=law)


def _2297(article: str, *, law: bool = True) -> Stated:
    return Stated(source=f"Law of Ukraine 2297-VI art. {article}", url=_2297_URL, law=law)


def _152(article: str) -> Stated:
    return Stated(source=f"Federal Law 152-FZ art. {article}", url=_152_URL)


def _38(article: str) -> Stated:
    return Stated(source=f"Federal Law 38-FZ art. {article}", url=_38_URL)


def _mn(said: str, *, law: bool = True) -> Stated:
    name = "Law of Mongolia on Personal Data Protection (17 December 2021)"
    return Stated(source=f"{name}: {said}", url=_MN_URL, law=law)


def _advice(said: str, url: str = _HERE_URL) -> Stated:
    return Stated(source=said, url=url, law=False)


def _all(rule: OptIn, **other: OptIn) -> Mapping[Kind, OptIn]:
    """The same for every kind of channel, except for those that are named."""
    return {kind: other.get(kind.value, rule) for kind in Kind}


def _rights(deadline: Deadline, **other: Deadline) -> Mapping[Right, Deadline]:
    """The same for every right, except for those that are named."""
    return {right: other.get(right.value, deadline) for right in Right}


_EVENING: Final = time(21)

_EPRIVACY: Final = Stated(source="ePrivacy Directive 2002/58/EC art. 13(1)", url=_EPRIVACY_URL)
_EPRIVACY_SOFT: Final = Stated(
    source="ePrivacy Directive 2002/58/EC art. 13(2)", url=_EPRIVACY_URL
)

GDPR: Final = LawSet(
    id="gdpr",
    name="European Union, European Economic Area and United Kingdom: GDPR and ePrivacy",
    countries=tuple(
        "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
        " IS LI NO GB".split()
    ),
    opt_in=_all(
        OptIn(needs=Consent.PRIOR, double=Double.ADVISED, stated=_EPRIVACY),
        mail=OptIn(needs=Consent.SOFT, double=Double.ADVISED, stated=_EPRIVACY_SOFT),
        phone=OptIn(needs=Consent.SOFT, double=Double.ADVISED, stated=_EPRIVACY_SOFT),
    ),
    hours=(
        Hours(
            start=time(8),
            end=_EVENING,
            stated=_advice("No rule of the Union; several member states bound calls and texts"),
        ),
    ),
    sender=Stated(source="ePrivacy Directive 2002/58/EC art. 13(4)", url=_EPRIVACY_URL),
    age=Age(years=16, stated=_gdpr("8(1), recitals 38 and 71")),
    rights=_rights(
        Deadline(days=30, more=60, stated=_gdpr("12(3): one month, two more where needed")),
        objection=Deadline(days=0, stated=_gdpr("21(3): no longer processed for marketing")),
    ),
    breach=Breach(
        hours=72,
        authority="the data protection authority of your country",
        people="without undue delay, where the risk for them is high (art. 34)",
        stated=_gdpr("33(1)"),
    ),
    special=_gdpr("9 and 10"),
    profiling=_gdpr("21(2)"),
    keep=("No longer than the purpose needs (GDPR art. 5(1)(e)); proof of consent as long as the"
          " consent is used, and for claims after it.",),
    notes=(
        "Member states may lower the age to 13 (GDPR art. 8(1)).",
        "A confirmed opt-in is no duty of the Union's law, but in Germany the usual proof.",
        "The United Kingdom: the UK GDPR and PECR 2003 reg. 22 say the same of these.",
    ),
)  # fmt: skip

_UA_SPAM: Final = Stated(source="Law of Ukraine On Advertising art. 14-3(2)", url=_UA_ADS_URL)

UKRAINE: Final = LawSet(
    id="ukraine",
    name="Ukraine: personal data 2297-VI, advertising 270/96, electronic commerce 675-VIII",
    countries=("UA",),
    opt_in=_all(OptIn(needs=Consent.PRIOR, double=Double.ADVISED, stated=_UA_SPAM)),
    hours=(
        Hours(start=time(9), end=_EVENING, stated=_advice("No rule for messages; custom")),
    ),
    sender=Stated(
        source="Law of Ukraine On Electronic Commerce art. 10(3), with art. 7", url=_UA_TRADE_URL
    ),
    age=Age(
        years=14,
        stated=_advice("2297-VI names no age; Civil Code of Ukraine art. 31", _UA_CIVIL_URL),
    ),
    rights=_rights(
        Deadline(days=30, stated=_2297("16: thirty calendar days")),
        rectification=Deadline(days=10, stated=_advice("2297-VI art. 20(3): at once; 10 days")),
        erasure=Deadline(days=10, stated=_advice("2297-VI art. 8(2)(6): no number; 10 days")),
        restriction=Deadline(days=10, stated=_advice("2297-VI art. 8(2)(5): no number; 10 days")),
        objection=Deadline(days=0, stated=_2297("8(2)(5) and (11)")),
    ),
    breach=Breach(
        hours=72,
        authority="the Ukrainian Parliament Commissioner for Human Rights",
        people="at once, where harm is likely",
        stated=_advice("2297-VI names no deadline; as GDPR art. 33"),
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
    opt_in=_all(OptIn(needs=Consent.PRIOR, double=Double.ADVISED, stated=_38("18(1)"))),
    hours=(
        Hours(
            start=time(9),
            end=_EVENING,
            stated=_advice("No rule for advertising messages; as debt collection (230-FZ art. 7)"),
        ),
    ),
    sender=_38("18(1) and 18.1"),
    age=Age(years=18, stated=_advice("152-FZ art. 9(6): a minor's consent is the parents'")),
    rights=_rights(
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
        "Data of citizens are first stored in databases in Russia (152-FZ art. 18(5)).",
        "Advertising on the internet is marked «Реклама», with the advertiser and an identifier"
        " (38-FZ art. 18.1): ask your lawyer which of your mailings count.",
        "The operator is registered with Roskomnadzor (152-FZ art. 22).",
    ),
)  # fmt: skip

MONGOLIA: Final = LawSet(
    id="mongolia",
    name="Mongolia: Law on Personal Data Protection of 2021",
    countries=("MN",),
    opt_in=_all(
        OptIn(
            needs=Consent.PRIOR,
            double=Double.ADVISED,
            stated=_mn("consent in writing or electronically"),
        )
    ),
    hours=(Hours(start=time(9), end=_EVENING, stated=_advice("No rule known; custom")),),
    sender=_mn("who collects, and for what, is told beforehand"),
    age=Age(
        years=18,
        stated=_advice("No age known for marketing; a minor's consent is the legal guardian's"),
    ),
    rights=_rights(
        Deadline(days=10, working=True, stated=_advice("No number known; as the strictest here")),
        objection=Deadline(days=0, stated=_mn("consent can be withdrawn")),
    ),
    breach=Breach(
        hours=24,
        authority="the National Human Rights Commission and the ministry for digital development",
        people="at once, where harm is likely",
        stated=_advice("No number known; as the strictest here"),
    ),
    special=_mn("art. 4.1.12"),
    profiling=_mn("the owner of the data may refuse"),
    keep=("No longer than the person was told when they agreed.",),
    notes=("Sending data out of Mongolia needs the person's consent, unless a law or a treaty"
           " allows it.",),
)  # fmt: skip

_NO_LAW: Final = _advice("The strict default: the strictest of the laws that are known here")

DEFAULT: Final = LawSet(
    id=STRICT,
    name="Anywhere else: the strictest of each",
    countries=(),
    opt_in=_all(OptIn(needs=Consent.PRIOR, double=Double.ADVISED, stated=_NO_LAW)),
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
    rights=_rights(
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

LAWS: Final[tuple[LawSet, ...]] = (GDPR, UKRAINE, RUSSIA, MONGOLIA, DEFAULT)
BY_ID: Final[Mapping[str, LawSet]] = {one.id: one for one in LAWS}
BY_COUNTRY: Final[Mapping[str, str]] = {c: one.id for one in LAWS for c in one.countries}


def law_of(country: str) -> LawSet:
    """The rules for people of a country (ISO code); the strict default where none is known."""
    return BY_ID[BY_COUNTRY.get(country.upper(), STRICT)]
