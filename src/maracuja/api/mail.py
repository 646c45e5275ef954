"""Mail over HTTP: warm-up, DNS, links and seeds before a launch, who is not written to."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Literal

from fastapi import Query, Response
from pydantic import BaseModel, Field

from maracuja.api.answers import Listing, Part
from maracuja.api.here import Actor, Here, Long, Now, Reader, managing
from maracuja.api.said import in_words
from maracuja.app import make_links
from maracuja.channels.email_dns import Check
from maracuja.config import EMAIL
from maracuja.errors import NotFound
from maracuja.model import micros
from maracuja.runtime import (
    campaign_work,
    mail_advice,
    seed_test,
    suppression_lists,
    warm_up_view,
)
from maracuja.runtime.dns_check import Dns, check_dns
from maracuja.runtime.mail_trial import on_mail
from maracuja.runtime.seed_test import Placed
from maracuja.runtime.template_work import FindingShown
from maracuja.runtime.warm_up_view import WarmUpShown
from maracuja.store import audit

ROWS_MAX = 50_000

router = managing("", "mail")
Account = Annotated[str, Query(max_length=60, pattern=r"^email(/[a-z0-9-]{1,40})?$")]
Name = Annotated[str, Query(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]
Text = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]
_CSV: dict[int | str, dict[str, object]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}}
}


class AddressListed(BaseModel):
    """One address of a list, and why it stands there."""

    address: Text
    reason: Text = ""


class ListAsked(BaseModel):
    """Addresses that are not to be written to; `marketing_only`: service messages still may."""

    addresses: Annotated[list[AddressListed], Field(min_length=1, max_length=ROWS_MAX)]
    channel: Annotated[str, Field(max_length=60, pattern=r"^[a-z0-9_/-]+$")] = "email"
    marketing_only: bool = False


class ListTaken(BaseModel):
    """How many are new, how many stood there, and what is no address."""

    added: int
    known: int
    refused: list[str]


class DnsShown(BaseModel):
    """One thing in DNS: how it stands, what was found, and what to put there."""

    what: str
    name: str
    state: Literal["well", "weak", "lacking", "wrong", "unknown"]
    found: str
    put: str


@router.get("/mail/warm-up")
def warm_up(here: Here, now: Now, account: Account = "email") -> WarmUpShown:
    """How much a new domain sends on each day, and where each mailbox provider stands."""
    with here.store.read() as conn:
        return warm_up_view.show(conn, here.config, account, now)


@router.get("/mail/dns")
def dns(
    here: Here,
    long: Long,
    part: Part,
    account: Account = "email",
    server: Annotated[list[Annotated[str, Field(max_length=45)]], Query(max_length=20)] = [],  # noqa: B006
) -> Listing[DnsShown]:
    """What DNS says of SPF, DKIM, DMARC, MX and reverse names; `server` are sending addresses."""
    if account not in {"email", *here.config.mails}:
        raise NotFound(f"There is no account of mail `{account}`.", where="account")
    with long.long():
        found: list[Check] = check_dns(
            here.config.mail(account), here.config.dkim_key(account), Dns(), server
        )
    return part.of([DnsShown(**one._asdict()) for one in found], attrgetter("what", "name"))


@router.post("/mail/links")
def follow_links(
    here: Here, now: Now, reader: Reader, long: Long, campaign: Name
) -> list[FindingShown]:
    """Follow the links of a campaign's mails on the internet; what is wrong with them."""
    with long.long(), here.store.read() as conn:
        wanted = campaign_work.get(conn, campaign)
        found = mail_advice.link_advice(conn, here.ground, wanted, now)
    return [in_words(FindingShown(*one), reader) for one in found]


@router.post("/mail/seed-test")
def test_seeds(
    here: Here,
    actor: Actor,
    now: Now,
    long: Long,
    campaign: Name,
    wait_s: Annotated[float, Query(ge=0, le=120)] = 60,
    seed: Annotated[list[Annotated[str, Field(max_length=60)]], Query(max_length=50)] = [],  # noqa: B006
) -> list[Placed]:
    """Send a campaign's mails to the seed mailboxes; where they arrived, and what is missing."""
    with here.store.read() as conn:
        wanted = campaign_work.get(conn, campaign)
    channel, transport = here.vendors.sending(on_mail(wanted) or EMAIL)
    links = make_links(here)
    with here.store.write() as conn:
        audit.add(conn, micros(now), actor, "seed_test", f"campaign:{campaign}")
    with long.long():
        return seed_test.run(
            here.ground, wanted, channel, transport, links, here.clock, wait_s=wait_s, only=seed
        )


@router.post("/suppressions/import")
def import_suppressions(
    here: Here, actor: Actor, now: Now, long: Long, asked: ListAsked
) -> ListTaken:
    """Stop writing to every address of a list; what stands already stays as it is."""
    rows = (
        suppression_lists.Row(n, one.address, one.reason)
        for n, one in enumerate(asked.addresses, 1)
    )
    with long.long():
        taken = suppression_lists.take(
            here.store,
            rows,
            channel=asked.channel,
            salt=here.secrets.suppression_salt,
            country=here.config.shop.country,
            actor=actor,
            now=now,
            marketing_only=asked.marketing_only,
        )
    return ListTaken(added=taken.added, known=taken.known, refused=list(taken.refused))


@router.get("/suppressions/export", response_class=Response, responses=_CSV)
def export_suppressions(here: Here, now: Now, long: Long) -> Response:
    """The list as CSV; of whom is gone, the hash alone."""
    with long.long(), here.store.read() as conn:
        salt = here.secrets.suppression_salt
        text = "".join(suppression_lists.written(conn, now, salt=salt))
    return Response(text, media_type="text/csv")
