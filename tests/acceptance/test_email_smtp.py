"""The SMTP transport against a real server that misbehaves in every way a server can."""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from maracuja.channels.base import Answer, Mail, Stage
from maracuja.channels.email import Email
from maracuja.channels.email_settings import EmailSettings
from maracuja.links.tokens import KeyRing
from maracuja.model import Scope, Verdict
from maracuja.runtime.delivery_journal import Journal, JournaledCourse, read, take_over
from maracuja.runtime.mail_server import MailServer
from maracuja.runtime.smtp import SmtpTransport

CHANNEL = Email(EmailSettings(), KeyRing([b"k" * 32]))


def mails(*locals_: str) -> list[Mail]:
    return [
        Mail(
            message_id=bytes([n]) * 16,
            sender="bounce@shop.example",
            recipient=f"{local}@mail.example",
            data=f"Message-ID: <{n}@shop.example>\r\n\r\n.dot\r\n..two\r\n.\r\nend\r\n".encode(),
        )
        for n, local in enumerate(locals_)
    ]


class Handler:
    """Takes mail; the recipient's name says how it misbehaves."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.sessions: Counter[Any] = Counter()
        self.at_once = self.most_at_once = 0

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.sessions[session.peer] += 1
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        local = address.partition("@")[0]
        if local == "nobody":
            return "550 5.1.1 No such user"
        if local == "later":
            return "450 4.2.0 Greylisted, try again in 60 seconds"
        if local == "busy":
            return "421 4.7.0 Too many connections"
        if local == "cut-early":
            assert server.transport is not None
            server.transport.close()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        local = envelope.rcpt_tos[0].partition("@")[0]
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.005)
        self.at_once -= 1
        content = envelope.original_content or b""
        if local == "spam":
            return "550 5.7.1 Message refused as spam"
        self.taken.append((local, content))
        if local == "cut-late":  # taken, and then the answer is lost
            assert server.transport is not None
            server.transport.close()
        if local == "silent":
            await asyncio.sleep(3)
        return "250 2.0.0 queued"


@contextmanager
def serving(handler: Handler, **options: Any) -> Iterator[int]:
    server = MailServer(handler, "127.0.0.1", 0, **options)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


class Unguarded:
    """A course without a journal, halted once `after` mails have been asked for."""

    urgent = False

    def __init__(self, after: int | None = None) -> None:
        self._after = after
        self.asked = 0
        self.begun: list[int] = []
        self.ended: list[int] = []

    def halted(self) -> bool:
        self.asked += 1
        return self._after is not None and self.asked > self._after

    async def begin(self, numbers: Sequence[int]) -> bool:
        self.begun += numbers
        return True

    def answered(self, number: int, answer: Answer) -> None:
        assert number in self.begun
        self.ended.append(number)


def send(
    settings: EmailSettings, batch: list[Mail], *, after: int | None = None
) -> list[Answer | None]:
    """Send a batch; with `after`, halted once that many mails had been asked for."""
    course = Unguarded(after)

    async def run() -> list[Answer | None]:
        transport = SmtpTransport(settings)
        answers = await transport.send(batch, course)
        await transport.close()
        return answers

    return asyncio.run(run())


def verdicts(answers: list[Answer | None]) -> list[Verdict | None]:
    return [CHANNEL.decode(a).verdict if a else None for a in answers]


def test_each_answer_comes_back_to_its_mail() -> None:
    handler = Handler()
    names = ["a", "nobody", "b", "later", "cut-early", "c", "cut-late", "spam", "d", "busy", "e"]
    with serving(handler) as port:
        answers = send(EmailSettings(port=port, connections=2), mails(*names))
    found = dict(zip(names, verdicts(answers), strict=True))
    assert found == {
        **dict.fromkeys("abcde", Verdict.ACCEPTED),
        "nobody": Verdict.PERMANENT,
        "later": Verdict.TEMPORARY,
        "cut-early": Verdict.TEMPORARY,
        "cut-late": Verdict.UNKNOWN,
        "spam": Verdict.OURS,
        "busy": Verdict.TEMPORARY,
    }
    taken = Counter(local for local, _ in handler.taken)
    assert taken == Counter(["a", "b", "c", "d", "e", "cut-late"]), "nothing went twice"


def test_lines_that_begin_with_dots_arrive_whole() -> None:
    handler = Handler()
    with serving(handler) as port:
        send(EmailSettings(port=port), mails("a"))
    assert handler.taken[0][1] == mails("a")[0].data


def test_no_answer_in_time_after_the_content_is_unknown() -> None:
    with serving(Handler()) as port:
        answers = send(EmailSettings(port=port, timeout_s=0.5), mails("silent", "a"))
    assert verdicts(answers) == [Verdict.UNKNOWN, Verdict.ACCEPTED]


def test_connections_and_messages_per_connection_are_limited() -> None:
    handler = Handler()
    settings = {"connections": 3, "messages_per_connection": 4}
    with serving(handler) as port:
        answers = send(EmailSettings(port=port, **settings), mails(*["a"] * 24))  # type: ignore[arg-type]
    assert verdicts(answers) == [Verdict.ACCEPTED] * 24
    assert handler.most_at_once <= 3
    assert max(handler.sessions.values()) <= 4 and len(handler.sessions) >= 6


def test_when_nobody_listens_one_mail_bears_it_and_none_is_begun() -> None:
    answers = send(EmailSettings(port=9, host="127.0.0.1"), mails("a", "b", "c"))
    assert verdicts(answers) == [Verdict.TEMPORARY, None, None]
    assert answers[0] is not None and answers[0].stage is Stage.CONNECT
    assert CHANNEL.decode(answers[0]).scope is Scope.ACCOUNT


def test_a_halt_leaves_the_rest_unbegun() -> None:
    handler = Handler()
    with serving(handler) as port:
        answers = send(EmailSettings(port=port, connections=1), mails(*["a"] * 20), after=7)
    begun = [a for a in answers if a]
    assert 0 < len(begun) < 20 and len(handler.taken) == len(begun)


def test_an_idle_line_that_was_closed_is_opened_anew() -> None:
    handler = Handler()

    async def run(port: int) -> list[Answer | None]:
        transport = SmtpTransport(EmailSettings(port=port, connections=1))
        first = await transport.send(mails("a"), Unguarded())
        await asyncio.sleep(1.2)  # the server's patience is shorter
        second = await transport.send(mails("b"), Unguarded())
        await transport.close()
        return first + second

    with serving(handler, timeout=0.5) as port:
        answers = asyncio.run(run(port))
    assert verdicts(answers) == [Verdict.ACCEPTED] * 2
    assert [local for local, _ in handler.taken] == ["a", "b"]


# ---------------------------------------------------------------- encryption and login


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36_500))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


def context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*certificate)
    return made


def authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    ok = isinstance(data, LoginPassword) and data.password == b"right"
    return AuthResult(success=ok, handled=False)


def test_starttls_and_login(certificate: tuple[Path, Path]) -> None:
    handler = Handler()
    options = {"tls_context": context(certificate), "require_starttls": True}
    options |= {"authenticator": authenticate, "auth_required": True}
    with serving(handler, **options) as port:
        settings = {"port": port, "security": "starttls", "verify_certificate": False}
        right = EmailSettings(**settings, user="shop", password="right")  # type: ignore[arg-type]
        assert verdicts(send(right, mails("a"))) == [Verdict.ACCEPTED]

        wrong = EmailSettings(**settings, user="shop", password="wrong")  # type: ignore[arg-type]
        answers = send(wrong, mails("a", "b"))
        assert verdicts(answers) == [Verdict.OURS, None]
        assert answers[0] is not None and answers[0].stage is Stage.LOGIN

        nobody = EmailSettings(**settings)  # type: ignore[arg-type]
        result = CHANNEL.decode(send(nobody, mails("a"))[0] or Answer(stage=Stage.CONNECT))
        assert (result.verdict, result.scope) == (Verdict.OURS, Scope.ACCOUNT)


def test_starttls_is_never_left_out(certificate: tuple[Path, Path]) -> None:
    handler = Handler()
    with serving(handler) as port:
        answers = send(EmailSettings(port=port, security="starttls"), mails("a"))
    assert verdicts(answers) == [Verdict.TEMPORARY] and not handler.taken


def test_a_certificate_that_nobody_trusts_is_refused(certificate: tuple[Path, Path]) -> None:
    handler = Handler()
    with serving(handler, tls_context=context(certificate)) as port:
        answers = send(EmailSettings(port=port, security="starttls"), mails("a"))
    assert verdicts(answers) == [Verdict.TEMPORARY] and not handler.taken


def test_tls_from_the_first_byte(certificate: tuple[Path, Path]) -> None:
    handler = Handler()
    with serving(handler, ssl_context=context(certificate)) as port:
        settings = EmailSettings(port=port, security="tls", verify_certificate=False)
        assert verdicts(send(settings, mails("a"))) == [Verdict.ACCEPTED]


# ---------------------------------------------------------------- what was begun


def test_nothing_is_offered_that_was_not_put_on_record(tmp_path: Path) -> None:
    handler = Handler()
    journal = Journal(tmp_path / "delivery.journal", "claim")
    journal.open(1)
    names = ["a", "nobody", "b", "cut-late", "c"]
    keys = [(1, n) for n in range(len(names))]

    async def run(port: int) -> list[Answer | None]:
        transport = SmtpTransport(EmailSettings(port=port, connections=2))
        course = JournaledCourse(journal, keys, lambda: False)
        answers = await transport.send(mails(*names), course)
        take_over(tmp_path / "delivery.journal")
        assert await transport.send(mails(*names), course) == [None] * len(names)
        await transport.close()
        return answers

    with serving(handler) as port:
        answers = asyncio.run(run(port))
    journal.close()
    said = read(tmp_path / "delivery.journal.taken")
    assert said.begun == set(keys)
    assert said.answers == dict(zip(keys, answers, strict=True))
    assert len(handler.taken) == 4, "whose journal was taken away begins nothing more"
