"""A seed test against a real Dovecot: inbox, spam folder, missing, refused, and what DNS says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from maracuja import app
from maracuja.channels.base import Answer, Mail, Stage
from maracuja.channels.email import Email
from maracuja.channels.email_settings import EmailSettings, Seed
from maracuja.clock import SimClock
from maracuja.config import load_config
from maracuja.config import shown as config_shown
from maracuja.errors import BadInput
from maracuja.runtime import campaign_work, seed_test
from maracuja.runtime.seed_test import Placed, authentication
from maracuja.runtime.transport import Course
from tests.acceptance.imap_server import PASSWORD, Dovecot, dovecot
from tests.unit.cli.small_shop import DEFINITIONS, SETTINGS, command_line

AUTHENTICATED = (
    b"Authentication-Results: mx.mail.example;\r\n dkim=pass (a=b) header.i=@shop.example;"
    b"\r\n spf=softfail smtp.mailfrom=shop.example; dmarc=fail (p=NONE)\r\n"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as made:
        yield made


class Providers:
    """Lays mail into the seeds' mailboxes as providers would."""

    def __init__(self, server: Dovecot) -> None:
        self.server = server
        self.carried: list[Mail] = []

    async def send(self, wires: Sequence[Any], course: Course) -> list[Answer | None]:
        return [self._take(mail) for mail in wires]

    def _take(self, mail: Mail) -> Answer:
        self.carried.append(mail)
        name = mail.recipient.partition("@")[0]
        if name == "refused":
            return Answer(stage=Stage.RECIPIENT, code=550, text="5.7.1 go away")
        if name != "lost":
            folder = "Spam" if name == "spam" else "INBOX"
            self.server.put(mail.recipient, AUTHENTICATED + mail.data, folder)
        return Answer(stage=Stage.GIVEN, code=250, text="ok")

    async def close(self) -> None:
        pass


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    run = command_line(tmp_path)
    run("init", "--name", "Tea")
    (tmp_path / "maracuja.toml").write_text(SETTINGS)
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "all.yaml").write_text(DEFINITIONS)
    run("apply", str(tmp_path / "definitions"))
    return tmp_path


def seeded(
    shop: Path, server: Dovecot, *names: str, **more: Any
) -> tuple[list[Placed], Providers]:
    seeds = {
        name: Seed(
            address=f"{name}@mail.example",
            mailbox=server.address(f"{name}@mail.example"),
            password=PASSWORD if name != "locked" else "wrong",
        )
        for name in names
    }
    settings = EmailSettings(sender="Shop <shop@shop.example>", seeds=seeds)
    with app.opened(shop, SimClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))) as here:
        with here.store.read() as conn:
            campaign = campaign_work.get(conn, "hello")
        providers = Providers(server)
        channel = Email(settings, app.key_ring(here))
        found = seed_test.run(
            here.ground,
            campaign,
            channel,
            providers,
            app.make_links(here),
            here.clock,
            wait_s=10,
            **more,
        )
    return found, providers


def test_each_seed_says_where_its_mail_is(shop: Path, server: Dovecot) -> None:
    names = ("gmail", "spam", "lost", "refused", "locked")
    found, providers = seeded(shop, server, *names)
    places = {one.seed: one.place for one in found}
    assert places == {
        "gmail": "inbox", "spam": "spam", "lost": "missing", "refused": "refused",
        "locked": "unread",
    }  # fmt: skip
    [there] = [one for one in found if one.seed == "gmail"]
    assert (there.spf, there.dkim, there.dmarc) == ("softfail", "pass", "fail")
    assert there.text == "hello: variants[0]"
    [junk] = [one for one in found if one.seed == "spam"]
    assert junk.folder == "Spam" and junk.dkim == "pass"
    [closed] = [one for one in found if one.seed == "locked"]
    assert "does not let" in closed.words
    data = providers.carried[0].data
    assert b"List-Unsubscribe: <" in data and b"X-Report-Token: bounce+" in data


def test_a_second_test_looks_for_its_own_mails(shop: Path, server: Dovecot) -> None:
    first, _ = seeded(shop, server, "again")
    with server.line("again@mail.example") as line:
        line.select()
        line.store("1:*", "+FLAGS", r"\Deleted")
        line.expunge()
    found, _ = seeded(shop, server, "again", "lost", only=["lost"])
    assert [one.place for one in first] == ["inbox"]
    assert [(one.seed, one.place) for one in found] == [("lost", "missing")]


def test_without_seeds_it_says_how_to_set_them_up(shop: Path, server: Dovecot) -> None:
    with pytest.raises(BadInput, match="no seed mailboxes"):
        seeded(shop, server)
    with pytest.raises(BadInput, match="no seed `yahoo`"):
        seeded(shop, server, "gmail", only=["yahoo"])


def test_seeds_stand_in_the_file_and_their_passwords_in_the_environment(shop: Path) -> None:
    (shop / "maracuja.toml").write_text(
        SETTINGS
        + '\n[email.seeds.gmail]\naddress = "a@gmail.com"\n'
        + 'mailbox = "imaps://a%40gmail.com@imap.gmail.com/INBOX"\n'
    )
    config = load_config(shop, {"MARACUJA_EMAIL__SEEDS__GMAIL__PASSWORD": "hush"})
    assert config.email.seeds["gmail"].password == "hush"
    assert "hush" not in msgspec.json.encode(config_shown(config)).decode()
    assert config.mails == {}


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (b"", ("", "", "")),
        (b"Authentication-Results: mx; none\r\n\r\n", ("", "", "")),
        (
            b"Authentication-Results: mx; dkim=fail; dkim=pass; spf=pass; dmarc=pass\r\n\r\n",
            ("pass", "pass", "pass"),
        ),
        (
            b"Authentication-Results: ours; spf=fail\r\n"
            b"Authentication-Results: forged; spf=pass dkim=pass\r\n\r\n",
            ("fail", "", ""),
        ),
        (b"Authentication-Results: mx; spf=pass (dkim=fail inside)\r\n\r\n", ("pass", "", "")),
    ],
)
def test_the_receivers_own_header_is_read(headers: bytes, told: tuple[str, str, str]) -> None:
    found = authentication(headers)
    assert (found["spf"], found["dkim"], found["dmarc"]) == told
