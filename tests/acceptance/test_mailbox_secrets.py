"""No fault of a mailbox repeats a password, a name to log in with or what stands in a mail: a
server that gives back all that it was told, at each step of a line.
"""

from __future__ import annotations

import base64
import contextlib
import logging
import socket
import threading
import traceback
from collections.abc import Iterator

import msgspec
import pytest

from maracuja.channels.email import Email
from maracuja.channels.email_mailbox import read_mailbox
from maracuja.channels.email_settings import EmailSettings, Seed, without_secrets
from maracuja.clock import SystemClock
from maracuja.errors import VendorError
from maracuja.links.tokens import KeyRing, Ticket
from maracuja.runtime.report_mailbox import NAME, ReportMailbox
from maracuja.runtime.report_taking import ReportTaking
from maracuja.store import health
from maracuja.store.engine import Store

USER = "secret.person@shop.example"
PASSWORDS = ["correct-horse", "пароль-верный"]
READER = "maria@mail.example"

# What a good server says to each command; at the step of the test it gives everything back.
_IMAP = {
    "CAPABILITY": "* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n",
    "LOGIN": "{tag} OK done\r\n",
    "AUTHENTICATE": "+ \r\n",
    "SELECT": "* 1 EXISTS\r\n* OK [UIDVALIDITY 5] ok\r\n{tag} OK done\r\n",
    "UID SEARCH": "* SEARCH 1\r\n{tag} OK done\r\n",
    "LOGOUT": "* BYE\r\n{tag} OK done\r\n",
}
_POP3 = {
    "CAPA": "+OK\r\nUIDL\r\n.\r\n",
    "USER": "+OK\r\n",
    "PASS": "+OK\r\n",
    "LIST": "+OK\r\n1 20\r\n.\r\n",
    "UIDL": "+OK\r\n1 a\r\n.\r\n",
    "RETR": f"+OK\r\nTo: {READER}\r\n\r\nhi\r\n.\r\n",
    "QUIT": "+OK\r\n",
}
STEPS = [
    *(("imap", one) for one in ("greeting", *_IMAP, "UID FETCH")),
    *(("pop3", one) for one in ("greeting", *_POP3)),
]


def _command(line: str, scheme: str) -> str:
    words = line.split()
    if scheme == "pop3":
        return words[0].upper()
    name = words[1].upper() if len(words) > 1 else ""
    return f"{name} {words[2].upper()}" if name == "UID" else name


def _serve(line: socket.socket, scheme: str, step: str, *, breaks: bool) -> None:
    """One line, until the step at which it gives everything back, or breaks off."""
    heard = [USER, READER, *PASSWORDS]
    answers = _IMAP if scheme == "imap" else _POP3
    file = line.makefile("rb")

    def gives_back(tag: str) -> bytes:
        told = " ".join(heard).replace("\r\n", " ")
        return f"{tag}{' BAD' if scheme == 'imap' else ''} {told}\r\n".encode()

    if step == "greeting":
        line.sendall(b"" if breaks else gives_back("*" if scheme == "imap" else "-ERR"))
        return
    line.sendall(b"* OK hello\r\n" if scheme == "imap" else b"+OK hello\r\n")
    while raw := file.readline():
        text = raw.decode("utf-8", "replace").strip()
        heard.append(text)
        name = _command(text, scheme)
        tag = text.split()[0] if scheme == "imap" else "-ERR"
        if name == step or name not in answers:
            line.sendall(b"" if breaks else gives_back(tag))
            return
        line.sendall(answers[name].format(tag=tag).encode())
        if name == "AUTHENTICATE":
            given = file.readline()
            heard.append(base64.b64decode(given).decode())
            line.sendall(f"{tag} OK done\r\n".encode())


@contextlib.contextmanager
def server(scheme: str, step: str, *, breaks: bool) -> Iterator[str]:
    """Its address for the settings."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            with contextlib.suppress(OSError):
                while True:
                    line, _ = listening.accept()
                    with line, contextlib.suppress(OSError):
                        _serve(line, scheme, step, breaks=breaks)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"{scheme}://{USER.replace('@', '%40')}@127.0.0.1:{listening.getsockname()[1]}"
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def nobody(ticket: Ticket, now: object) -> None:
    raise AssertionError(ticket)


def reader(store: Store, address: str, password: str) -> ReportMailbox:
    take = ReportTaking(store, Email(EmailSettings(), KeyRing([b"k" * 32])), SystemClock(), nobody)
    box = read_mailbox(address, where="email.mailbox")
    return ReportMailbox(store, take.take, SystemClock(), box, password)


def assert_says_nothing(text: str) -> None:
    for secret in (USER, "secret.person", READER, *PASSWORDS):
        assert secret not in text
        assert base64.b64encode(secret.encode()).decode().rstrip("=") not in text


# Poplib leaves its socket to the garbage collector where the greeting is none.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("breaks", [False, True])
@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize(("scheme", "step"), STEPS)
def test_no_fault_repeats_what_is_secret(
    sqlite_store: Store,
    caplog: pytest.LogCaptureFixture,
    scheme: str,
    step: str,
    password: str,
    *,
    breaks: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    with server(scheme, step, breaks=breaks) as address:
        try:
            reader(sqlite_store, address, password).read_once()
        except VendorError as fault:
            assert "127.0.0.1" in str(fault), "it says where"
            assert_says_nothing("".join(traceback.format_exception(fault)))
            assert_says_nothing(f"{fault!r} {fault.raw} {fault.where} {fault.fix}")
        else:
            # A good-bye that fails, and what the chosen way of logging in does not use.
            assert step in ("LOGOUT", "CAPA", "LOGIN", "AUTHENTICATE")
    assert_says_nothing(caplog.text)


@pytest.mark.parametrize(("scheme", "step"), [("imap", "LOGIN"), ("pop3", "PASS")])
def test_what_check_and_the_terminal_show_is_not_secret(
    sqlite_store: Store,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    scheme: str,
    step: str,
) -> None:
    with server(scheme, step, breaks=False) as address:
        box = reader(sqlite_store, address, PASSWORDS[0])
        box.start()
        for _ in range(200):
            with sqlite_store.read() as conn:
                told = health.troubles(conn)
            if told:
                break
            threading.Event().wait(0.02)
        box.stop()
    assert "127.0.0.1 does not let us in" in told[NAME]
    written = capfd.readouterr()
    assert_says_nothing(told[NAME] + written.out + written.err + caplog.text)


def test_settings_are_shown_without_passwords() -> None:
    seed = Seed(address="a@b.example", mailbox="imaps://a@b.example", password=PASSWORDS[0])
    settings = EmailSettings(
        user="login", password=PASSWORDS[0], mailbox_password=PASSWORDS[1], seeds={"b": seed}
    )
    shown = str(without_secrets(msgspec.to_builtins(settings)))
    assert "a@b.example" in shown and not any(one in shown for one in PASSWORDS)


def test_a_password_with_a_line_break_is_refused_and_not_repeated() -> None:
    with pytest.raises(msgspec.ValidationError) as fault:
        msgspec.convert({"mailbox_password": f"{PASSWORDS[0]}\n"}, EmailSettings)
    assert_says_nothing("".join(traceback.format_exception(fault.value)))
    assert "mailbox_password" in str(fault.value)
