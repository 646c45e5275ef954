"""The law of the European Union, and of its states where one asks more before marketing.

What a state asks less of is left out: the Union's set holds there too.
"""

from __future__ import annotations

from datetime import time
from typing import Final

import msgspec

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
    Stated,
    advice,
    every_kind,
    every_right,
)

_GDPR_URL: Final = "https://eur-lex.europa.eu/eli/reg/2016/679/oj"
_EPRIVACY_URL: Final = "https://eur-lex.europa.eu/eli/dir/2002/58/2009-12-19"
_UWG_URL: Final = "https://www.gesetze-im-internet.de/uwg_2004/__7.html"
_ITALY_URL: Final = (
    "https://www.normattiva.it/uri-res/N2Ls?urn:nir:stato:decreto.legislativo:2003-06-30;196"
)
_POLAND_URL: Final = "https://isap.sejm.gov.pl/isap.nsf/DocDetails.xsp?id=WDU20240001221"


def _gdpr(article: str, *, law: bool = True) -> Stated:
    return Stated(source=f"GDPR art. {article}", url=_GDPR_URL, law=law)


_EPRIVACY: Final = Stated(source="ePrivacy Directive 2002/58/EC art. 13(1)", url=_EPRIVACY_URL)
_EPRIVACY_SOFT: Final = Stated(
    source="ePrivacy Directive 2002/58/EC art. 13(2)", url=_EPRIVACY_URL
)

GDPR: Final = LawSet(
    id="gdpr",
    name="European Union, European Economic Area and United Kingdom: GDPR and ePrivacy",
    countries=tuple(
        "AT BE BG HR CY CZ DK EE FI FR GR HU IE LV LT LU MT NL PT RO SK SI ES SE"
        " IS LI NO GB".split()
    ),
    opt_in=every_kind(
        OptIn(needs=Consent.PRIOR, double=Double.ADVISED, stated=_EPRIVACY),
        mail=OptIn(needs=Consent.SOFT, double=Double.ADVISED, stated=_EPRIVACY_SOFT),
        phone=OptIn(needs=Consent.SOFT, double=Double.ADVISED, stated=_EPRIVACY_SOFT),
    ),
    hours=(
        Hours(
            start=time(8),
            end=time(21),
            stated=advice("No rule of the Union; several member states bound calls and texts"),
        ),
    ),
    sender=Stated(source="ePrivacy Directive 2002/58/EC art. 13(4)", url=_EPRIVACY_URL),
    age=Age(years=16, stated=_gdpr("8(1), recitals 38 and 71")),
    rights=every_right(
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
        "A confirmed opt-in is no duty of the Union's law; it is the usual proof.",
        "Germany, Italy and Poland ask more and have sets of their own.",
        "Austria: a soft opt-in does not hold for whoever stands in the list of the regulator RTR"
        " (TKG 2021 § 174(4)): put that list into the suppressions.",
        "France: at an address of somebody's profession telling them is enough, where the message"
        " is about it (CNIL on CPCE art. L34-5): put it down as `soft`.",
        "The United Kingdom: the UK GDPR and PECR 2003 reg. 22 say the same of these.",
    ),
)  # fmt: skip

_PRIOR: Final = OptIn(needs=Consent.PRIOR, double=Double.ADVISED, stated=_EPRIVACY)


def _state(law: str, name: str, country: str, notes: tuple[str, ...], **asks: Stated) -> LawSet:
    """The Union's set for one state, in which a yes beforehand is asked by these rules.

    `asks` names kinds of channels; nothing else differs.
    """
    stricter = {
        Kind(kind): msgspec.structs.replace(_PRIOR, stated=stated) for kind, stated in asks.items()
    }
    return msgspec.structs.replace(
        GDPR,
        id=law,
        name=name,
        countries=(country,),
        opt_in={**GDPR.opt_in, **stricter},
        notes=(*notes, GDPR.notes[0]),
    )


GERMANY: Final = _state(
    "germany",
    "Germany: GDPR, and § 7 of the Act against Unfair Competition (UWG)",
    "DE",
    (
        "The soft opt-in (UWG § 7(3)) speaks of the electronic postal address, and is told of at"
        " each use: for numbers of telephones it is not taken here.",
        "A confirmed opt-in is the usual proof before German courts.",
        "A consent to calls is kept for five years after it was given and after each use"
        " (UWG § 7a); here nobody is called.",
    ),
    phone=Stated(source="UWG § 7(2) no. 2, with § 7(3)", url=_UWG_URL),
)
ITALY: Final = _state(
    "italy",
    "Italy: GDPR, and the Privacy Code (196/2003)",
    "IT",
    ("The soft opt-in holds for e-mail alone (Privacy Code art. 130(4)).",),
    phone=Stated(source="Privacy Code 196/2003 art. 130(1) and (2), with (4)", url=_ITALY_URL),
)
_POLISH: Final = Stated(
    source="Electronic Communications Law of 12 July 2024 art. 398(1)", url=_POLAND_URL
)
POLAND: Final = _state(
    "poland",
    "Poland: GDPR, and the Electronic Communications Law of 2024",
    "PL",
    ("There is no soft opt-in, and addresses of businesses are protected too (art. 398).",),
    mail=_POLISH,
    phone=_POLISH,
    messenger=_POLISH,
    push=_POLISH,
)

EUROPE: Final = (GDPR, GERMANY, ITALY, POLAND)
