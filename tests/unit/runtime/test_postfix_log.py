"""The log of Postfix is followed: each line once, through rotation, packing and crashes."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

import pytest

from maracuja.channels.email import Email
from maracuja.channels.email_settings import EmailSettings
from maracuja.clock import SystemClock
from maracuja.errors import VendorDown
from maracuja.ingest.calls import Request
from maracuja.ingest.deliveries import event_id, read_deliveries
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.model import DeliveryEvent, Status
from maracuja.runtime import log_pieces
from maracuja.runtime.mail_listening import MailListening
from maracuja.runtime.postfix_log import LogRead, PostfixFollower
from maracuja.store import inbox, watermarks
from maracuja.store.engine import Store

RING = KeyRing([b"k" * 32])
CHANNEL = Email(EmailSettings(), RING)
HEAD = "Nov 21 11:59:58 mx postfix/"


def queued(n: int) -> str:
    ticket = Ticket(purpose=Purpose.BOUNCE, message=bytes([n]) * 16, pid=n, run=1)
    verp = f"bounce+{RING.sign(ticket)}@shop.example"
    return f"{HEAD}qmgr[9]: QUEUE{n}: from=<{verp}>, size=9, nrcpt=1 (queue active)\n"


def bounced(n: int) -> str:
    return (
        f"{HEAD}smtp[12]: QUEUE{n}: to=<p{n}@mail.example>, relay=mx[192.0.2.7]:25, delay=1, "
        "dsn=5.1.1, status=bounced (host mx[192.0.2.7] said: 550 5.1.1 no such person)\n"
    )


def both(n: int) -> str:
    return queued(n) + bounced(n)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "mail.log"
    made.write_text("Nov 21 00:00:00 mx postfix/master[1]: daemon started\n")
    return made


def add(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def begin_anew(path: Path, day: str) -> None:
    path.write_text(f"{day} 00:00:00 mx postfix/master[1]: reload\n")


def follower(store: Store, path: Path) -> PostfixFollower:
    return PostfixFollower(store, CHANNEL, SystemClock(), path)


def told(store: Store) -> list[DeliveryEvent]:
    with store.read_inbox() as conn:
        batch = inbox.read(conn, 0)
    return read_deliveries([Request(*row) for row in zip(*batch, strict=True)]).events


def pids(store: Store) -> list[int]:
    return [one.pid for one in told(store)]


def test_new_lines_are_read_once_and_half_ones_wait(store: Store, path: Path) -> None:
    log = follower(store, path)
    add(path, both(1) + queued(2) + bounced(2)[:60])
    assert log.read_once() == LogRead(lines=4, told=1)
    assert log.read_once() == LogRead(0, 0)
    add(path, bounced(2)[60:])
    assert log.read_once() == LogRead(1, 1)
    assert [(one.pid, one.status) for one in told(store)] == [
        (1, Status.BOUNCED),
        (2, Status.BOUNCED),
    ]


def test_a_start_knows_the_place_and_whose_the_queued_mails_are(
    sqlite_store: Store, path: Path
) -> None:
    add(path, both(1) + queued(2))
    follower(sqlite_store, path).read_once()
    add(path, bounced(2) + f"{HEAD}qmgr[9]: QUEUE2: removed\n" + both(3))
    assert follower(sqlite_store, path).read_once().told == 2
    assert pids(sqlite_store) == [1, 2, 3]


@pytest.mark.parametrize("packed", [False, True])
def test_rotation_by_renaming_loses_nothing(
    sqlite_store: Store, path: Path, *, packed: bool
) -> None:
    log = follower(sqlite_store, path)
    add(path, queued(1))
    log.read_once()
    add(path, bounced(1) + queued(2))
    older = path.with_name("mail.log.1")
    path.rename(older)
    begin_anew(path, "Nov 22")
    if packed:
        older.with_name("mail.log.1.gz").write_bytes(gzip.compress(older.read_bytes()))
        older.unlink()
    add(path, bounced(2) + both(3))
    assert log.read_once().told == 3
    assert log.read_once() == LogRead(0, 0)
    assert follower(sqlite_store, path).read_once() == LogRead(0, 0), "after a start"
    assert pids(sqlite_store) == [1, 2, 3]


def test_what_is_written_to_the_renamed_file_late_is_read(sqlite_store: Store, path: Path) -> None:
    log = follower(sqlite_store, path)
    log.read_once()
    older = path.rename(path.with_name("mail.log.1"))
    begin_anew(path, "Nov 22")
    log.read_once()
    add(older, both(1))
    assert log.read_once().told == 1


def test_rotation_by_copying_and_cutting_counts_nothing_twice(
    sqlite_store: Store, path: Path
) -> None:
    log = follower(sqlite_store, path)
    add(path, both(1))
    log.read_once()
    shutil.copy(path, path.with_name("mail.log.1"))
    assert log.read_once() == LogRead(0, 0)
    begin_anew(path, "Nov 22")
    add(path, both(2))
    assert log.read_once().told == 1
    assert pids(sqlite_store) == [1, 2]


def test_many_days_were_missed(sqlite_store: Store, path: Path) -> None:
    follower(sqlite_store, path).read_once()
    add(path, both(1))
    path.rename(path.with_name("mail.log.2"))
    begin_anew(path, "Nov 22")
    add(path, both(2))
    path.rename(path.with_name("mail.log.1"))
    begin_anew(path, "Nov 23")
    add(path, both(3))
    (path.parent / "mail.log.old").write_text(both(4))
    packed = path.with_name("mail.log.9.gz")
    packed.write_bytes(gzip.compress(("first\n" + both(5)).encode()))
    long_ago = path.with_name("mail.log.8")
    long_ago.write_text("long ago\n" + both(6))
    os.utime(long_ago, (0, 0))
    assert follower(sqlite_store, path).read_once().told == 3
    assert sorted(pids(sqlite_store)) == [1, 2, 3]


def test_a_crash_loses_nothing_and_counts_nothing_twice(
    sqlite_store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(path, both(1))
    log = follower(sqlite_store, path)
    with monkeypatch.context() as patched:
        patched.setattr(watermarks, "put", _pulled)
        with pytest.raises(OSError, match="plug"):
            log.read_once()
    follower(sqlite_store, path).read_once()
    assert pids(sqlite_store) == [1, 1]
    assert len({event_id(one) for one in told(sqlite_store)}) == 1


def _pulled(*_: object) -> None:
    raise OSError("the plug is pulled")


def test_a_log_is_read_in_pieces_and_a_line_without_end_is_left_out(
    sqlite_store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_pieces, "PIECE_BYTES", 1000)
    add(path, "".join(both(n) for n in range(1, 9)) + "x" * 5000 + "\n" + both(9))
    assert follower(sqlite_store, path).read_once().told == 9
    assert pids(sqlite_store) == list(range(1, 10))


def test_a_line_cannot_hold_another(sqlite_store: Store, path: Path) -> None:
    add(path, queued(1) + f"{HEAD}smtpd[1]: NOQUEUE: reject: x\u2028{bounced(1)}")
    assert follower(sqlite_store, path).read_once().told == 0


def test_places_of_files_that_are_gone_are_forgotten(sqlite_store: Store, path: Path) -> None:
    log = follower(sqlite_store, path)
    log.read_once()
    begin_anew(path, "Nov 22")
    log.read_once()
    with sqlite_store.read() as conn:
        assert len(watermarks.under(conn, "maillog:")) == 1


def test_a_log_that_is_not_there_is_said(sqlite_store: Store, tmp_path: Path) -> None:
    with pytest.raises(VendorDown, match=r"mail\.log cannot be read"):
        follower(sqlite_store, tmp_path / "mail.log").read_once()


def test_settings_say_what_is_followed(sqlite_store: Store, path: Path) -> None:
    def nobody(*_: object) -> None:
        raise AssertionError

    for name, count in ((str(path), 1), ("", 0)):
        channel = Email(EmailSettings(postfix_log=name), RING)
        assert len(MailListening(sqlite_store, channel, SystemClock(), nobody).logs()) == count
