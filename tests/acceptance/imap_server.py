"""A private Dovecot on loopback, with a mailbox for whoever logs in by IMAP or POP3; for tests."""

from __future__ import annotations

import contextlib
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PASSWORD = "correct-horse"

CONFIG = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
protocols = {protocols}
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{home}/boxes/%u
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
first_valid_uid = 1
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3_port}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/boxes/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Spam {{
    special_use = \\Junk
    auto = create
  }}
}}
"""


class Dovecot(NamedTuple):
    """A server on `port` of 127.0.0.1; `home` holds everything that it keeps.

    `pop3_port` is 0 where it speaks IMAP alone.
    """

    port: int
    home: Path
    pop3_port: int

    def address(self, user: str, folder: str = "INBOX") -> str:
        """What stands in the settings."""
        return f"imap://{user.replace('@', '%40')}@127.0.0.1:{self.port}/{folder}"

    def pop3_address(self, user: str) -> str:
        """What stands in the settings for POP3; skips the test where it is not spoken."""
        if not self.pop3_port:
            pytest.skip("Dovecot's POP3 is not installed")
        return f"pop3://{user.replace('@', '%40')}@127.0.0.1:{self.pop3_port}"

    def put(self, user: str, body: bytes, folder: str = "INBOX") -> None:
        """Lay a mail into somebody's mailbox."""
        with self.line(user) as line:
            kind, told = line.append(folder, "", None, body)  # type: ignore[arg-type]  # as sent
            assert kind == "OK", told

    @contextlib.contextmanager
    def line(self, user: str) -> Iterator[imaplib.IMAP4]:
        """A line of a mail program."""
        line = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        line.login(user, PASSWORD)
        try:
            yield line
        finally:
            line.logout()

    def flags(self, user: str, folder: str = "INBOX") -> list[bool]:
        """Whether each mail was read, in their order."""
        with self.line(user) as line:
            line.select(folder, readonly=True)
            _, found = line.uid("FETCH", "1:*", "(FLAGS)")
            return [b"\\Seen" in one for one in found if isinstance(one, bytes)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def dovecot() -> Iterator[Dovecot]:
    """A server for as long as it is needed; skips the test where there is none."""
    program = shutil.which("dovecot", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("Dovecot is not installed")
    if os.geteuid() != 0:
        pytest.skip("Dovecot starts as root only")
    owner = pwd.getpwnam("nobody")
    speaks_pop3 = Path("/usr/lib/dovecot/pop3").exists()
    port, pop3_port = _free_port(), _free_port() if speaks_pop3 else 0
    # Its processes give up root: they could not read pytest's own directories.
    home = Path("/tmp") / f"maracuja-dovecot-{os.getpid()}"
    (home / "boxes").mkdir(parents=True, mode=0o755)
    shutil.chown(home / "boxes", "nobody")
    (home / "dovecot.conf").write_text(
        CONFIG.format(
            home=home,
            port=port,
            pop3_port=pop3_port,
            protocols="imap pop3" if speaks_pop3 else "imap",
            password=PASSWORD,
            user="nobody",
            group="nogroup",
            uid=owner.pw_uid,
            gid=owner.pw_gid,
        )
    )
    command = [program, "-F", "-c", str(home / "dovecot.conf")]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as s:
                if s.recv(4) == b"* OK":
                    break
            time.sleep(0.05)  # noqa: TID251
        else:
            log = home / "dovecot.log"
            raise AssertionError(log.read_text() if log.is_file() else "Dovecot did not start")
        yield Dovecot(port, home, pop3_port)
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(home, ignore_errors=True)
