"""A workspace erases a person, moves between databases, is backed up and restored."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from maracuja.campaigns.bonus import Entry
from maracuja.campaigns.outlets import Hours
from maracuja.channels import reached_by
from maracuja.channels.email_warm_up import Day
from maracuja.content import Enclosed, Poll
from maracuja.errors import ConfigError, Conflict, NotFound
from maracuja.model import (
    ConsentState,
    Discovery,
    FileKind,
    LakeFile,
    Privacy,
    Status,
    Trait,
    TraitSource,
    TraitType,
)
from maracuja.store import (
    accounts,
    answered,
    audit,
    bonus,
    breaches,
    bulk,
    claiming,
    commands,
    consents,
    conversation_words,
    copying,
    counters,
    coupons,
    definitions,
    denied,
    discovered,
    disputed,
    entries,
    erase,
    experiments,
    feed,
    feeds,
    full_mailboxes,
    health,
    holds,
    inbound,
    inbox,
    keys,
    last_words,
    leases,
    live,
    manifest,
    marks,
    merging,
    message_parts,
    meta,
    migrating,
    objections,
    open_polls,
    outbound,
    outbox,
    outlets,
    people,
    posted,
    posted_files,
    products,
    refused,
    report_shares,
    resolving,
    rights,
    runs,
    schema,
    segment_sizes,
    short_links,
    signups,
    silenced,
    spend,
    status_calls,
    suppressions,
    team,
    vendor_ids,
    waiting,
    warm_ups,
    watermarks,
    web_chat,
    wishes,
)
from maracuja.store.conversation_words import Word
from maracuja.store.devices import Device
from maracuja.store.engine import Store, open_store
from maracuja.store.outbox import OutboxState
from maracuja.store.short_links import ShortLink
from maracuja.store.web_chat import Side

EMAIL = "maria@example.com"
NOW = 1_000


def fill(store: Store) -> None:
    """A row at least in every table; persons 1 (Maria, with 3 merged into her) and 2."""
    migrating.migrate(store)
    with store.write_inbox() as conn:
        inbox.append(conn, [inbox.Request(1, "track", "server", b"{}", b"x")] * 3)
    with store.write() as conn:
        meta.create(conn, seed=1, reproducible=True)
        salt = meta.load(conn).suppression_salt
        claims = resolving.Claims(
            rows=3,
            row=[0, 0, 0, 1, 2],
            kind=["external_id", "email", "phone", "external_id", "anonymous_id"],
            value=["7", EMAIL, "+380671234567", "8", "device"],
            at_us=1,
        )
        rev = people.next_rev(conn)
        resolving.resolve(conn, rev, claims, now_us=1)
        said = [
            {"city": Trait("Kyiv", TraitSource.DECLARED, 1.0, 5)},
            {"city": Trait("Lviv", TraitSource.DECLARED, 1.0, 5)},
        ]
        people.change(
            conn,
            rev,
            [1, 2],
            set_traits=said,
            set_addresses=[{"email": EMAIL, "web_chat": "user:7"}, {}],
            now_us=5,
        )
        consents.record(
            conn,
            pid=[1, 2, 3],
            topic="news",
            channel="email",
            state=ConsentState.OPTED_IN,
            at_us=1,
            recorded_us=1,
            source="form",
            message_id=[None, b"\0\1", None],
        )
        waiting.put(conn, 1, pid=[1, 2], until_us=9, reason=0)
        entry = entries.Entry("cart", 7, 1, 1, 0, 5, 9, 0, b"{}")
        entries.put(conn, [entry, entry._replace(mark=8, pid=2)])
        entries.hand_over(conn, 1, [entry])
        again = resolving.Claims(
            rows=1,
            row=[0, 0],
            kind=["external_id", "anonymous_id"],
            value=["7", "device"],
            at_us=2,
        )
        resolving.resolve(conn, people.next_rev(conn), again, now_us=2)
        digest = suppressions.digest(salt, "email", EMAIL)
        suppressions.add(
            conn,
            channel="email",
            digest=[digest],
            reason="bounced",
            at_us=2,
            pid=1,
            raw=f"550 no {EMAIL}",
        )
        full_mailboxes.note(conn, "email", {digest: 1}, 2)
        last_words.note(conn, "email", {digest: 2})
        runs.create(conn, "sale", "once", version=1, planned_us=1)
        runs.set_state(conn, 1, runs.RunState.LAUNCHING, 2)
        chunk = outbox.Chunk(1, 1, "b/1.parquet", 1, 0)
        outbox.add_chunk(conn, chunk, pid=[1, 2, 3], channel=1, due_us=[1, 1, 1])
        claiming.claim(conn, 1, channel=1, limit=1)
        vendor_ids.add(
            conn,
            2,
            vendor_id=["7:1", "8:1"],
            message=[b"m", b"n"],
            pid=[3, 2],
            run=[1, 1],
            at_us=1,
        )
        asked = posted.Posted(b"p", b"d", 1, 1, 2, "email", EMAIL, "email", b"{}")
        posted.add(conn, asked)
        posted.add(conn, asked._replace(message=b"q", value="b@c"))
        steps = [posted.Step(message, Status.SENT, 2) for message in (b"p", b"q")]
        for message in (b"p", b"q"):
            status_calls.listen(conn, message, "https://shop.example/told")
        posted.note(conn, [(posted.RUN, step) for step in steps])
        asked = Poll(question="Tea?", answers=("yes", "no"), trait="tea")
        for pid in (1, 2):
            open_polls.ask(conn, 10, [open_polls.Open(pid, b"m", 1, asked)], 1)
            short_links.add(conn, [ShortLink(f"code{pid}", pid, "token")], 1)
        for pid, at in ((1, EMAIL), (2, "b@c")):
            word = Word(at.encode(), pid, "telegram", "main", at, 1, text=f"I am {at}")
            conversation_words.hear(conn, [word], 1)
            line = web_chat.New(f"user:{pid + 6}", at.encode(), pid, 1, Side.VISITOR, 0, b"{}")
            web_chat.add(conn, [line], 1)
            device = Device("web_push", at.encode(), pid, at, "", "web", 1, 1, 0, "")
            bulk.insert_columns(conn, schema.devices, device._asdict() | {"pid": [pid]})
        _sign_up(conn)
        _ask_the_law(conn)
        _work_together(conn)
        _offer(conn)
        accounts.give(conn, ["telegram/promo"])
        file = Enclosed(name="a.pdf", type="application/pdf", size=4, data=b"%PDF")
        for message in (b"p", b"q"):
            posted_files.add(conn, message, [file])
            message_parts.expect(conn, message, ["1", "2"], 1)
        feed.append(conn, at_us=1, pid=[1, 2], event="E", message_id=b"1", properties=b"{}")
        body = f'{{"userId":"9","email":"{EMAIL}"}}'.encode()
        fault = refused.Fault(1, "track", "server", "", "bad_input", "no", "batch[0]", body)
        refused.add(conn, [fault, fault._replace(body=b"{}")])
        done = commands.append(conn, 1, "ann", "erase", {"email": EMAIL})
        commands.finish(conn, done, 2, None)
        commands.append(conn, 1, "ann", "pause", {"run": 1})
        audit.add(conn, 1, "ann", "looked", "person:1", {"email": EMAIL})
        text = TraitType.TEXT
        found = Discovery("trait", "", "email", text, 1, 1, 2, (EMAIL, "b@c"), Privacy.PERSONAL)
        discovered.record(conn, [found])
        definitions.put(conn, "segment", "vip", {"a": 1}, base=0, actor="ann", now_us=1)
        keys.create(conn, keys.KeyKind.SERVER, "shop", 1, key_secret="s")
        leases.hold(conn, leases.WORKER, "w", 0)
        health.set_rate(conn, "email", 1, 2.5)
        watermarks.put(conn, "inbox", 5)
        products.put(conn, [products.Product("p", "t", "c", None, "UAH", None, "u", "i")])
        file = LakeFile(
            path="a",
            kind=FileKind.EVENTS,
            day="2026-01-01",
            low=1,
            high=2,
            from_us=0,
            until_us=9,
            rows=3,
            size=100,
            sha256="0",
            live_from_us=0,
        )
        manifest.add(conn, [file])


def _work_together(conn: Connection) -> None:
    """Others tell us of both and are told of both; somebody of the team keeps order."""
    for pid, who in ((1, EMAIL), (2, "b@c")):
        inbound.add(conn, "crm", 1, f'{{"email": "{who}"}}'.encode())
        outbound.add(conn, "bi", outbound.New([f"e{pid}"], [pid], [1], [who.encode()]), 1)
    outbound.taken(conn, outbound.Owed("till", "https://x", ("e",), (b"",), 0), 1)
    marks.label(conn, "campaign", "spring", ["warm"])
    marks.write_note(conn, "campaign", "spring", "late", "ann", 1)
    marks.archive(conn, "campaign", "winter", "ann", 1)
    member = team.add(
        conn, email="ann@shop.example", name="Ann", role="owner", rights=b"{}", password="x",
        invitation=None, invited_until_us=0, totp=b"", totp_step=0, recovery=b"[]", off=False,
        created_us=1, seen_us=0,
    )  # fmt: skip
    team.begin(conn, team.Session(b"s", member, 1, 1, 9, ""))
    team.failed(conn, "email:ann@shop.example", 1, 0)
    experiments.begin(conn, 1, "spring", plan=b"{}", share=0.2)
    experiments.add_look(conn, experiments.Look(1, 1, 1, 0.5, False, b"{}", b"{}"))
    warm_ups.begin(conn, "email", "gmail", Day("2026-01-01", 1, 50, 0))
    answered.begin(conn, b"call", b"asked", 1, 0)
    live.tell(conn, live.Kind.CAMPAIGN, ["spring"])
    segment_sizes.put(conn, segment_sizes.Size("kyiv", "2026-01-01", 2))
    share = report_shares.Share("s", "campaign:spring", "", "en", "ann", 1, 9)
    report_shares.add(conn, share)


def _offer(conn: Connection) -> None:
    """Both have a code and a bonus; a feed, an outlet, a cheaper product, a day of spending."""
    coupons.add(conn, "pool", [("A", "A"), ("B", "B")])
    for pid, code in ((1, "A"), (2, "B")):
        assert coupons.hand(conn, "pool", coupons.Free(code, code, 0), pid, expires_us=0, now_us=1)
        bonus.add(conn, [Entry(pid, "till", code, 5, 1)])
    feeds.put(conn, feeds.FeedState("main"))
    place = outlets.Outlet("o", "n", "", "", 1.5, 2.5, "", "", "", Hours())
    outlets.put(conn, [place])
    spend.put(conn, [spend.Spend("2026-01-01", "s", "", "UAH", 1)])
    dear = products.Product("q", "t", "c", 9, "UAH", None, "u", "i")
    for one in (dear, dear._replace(price=5)):
        products.put(conn, [one], drop=0.1, at_us=1)


def _ask_the_law(conn: Connection) -> None:
    """Both object to profiling and ask for their data; something leaked."""
    for pid, at in ((1, EMAIL), (2, "b@c")):
        objections.put(conn, objections.Objection(pid, 1, "page"))
        rights.add(
            conn, pid=pid, right="access", law="gdpr", country="DE", source=f"from {at}",
            received_us=1, due_us=9,
        )  # fmt: skip
    leak = breaches.Breach(0, 1, None, None, "a laptop", "", "", "gdpr", 2, 9, "", *[None] * 4)
    breaches.add(conn, leak)


def _sign_up(conn: Connection) -> None:
    """Both have signed up, and wish to hear less."""
    for pid, at in ((1, EMAIL), (2, "b@c")):
        proof = signups.Proof(text="Yes", text_version="1", language="en", country="UA")
        asked = signups.Signup(
            at.encode(), "news", 1, b"v", pid, "email", at, signups.SignupState.ASKED,
            ["news"], 1, 9, 0, 1, 1, 0, 0, "", proof, {"mail": at}, 0,
        )  # fmt: skip
        signups.add(conn, asked)
        wishes.put(conn, [wishes.Wish(pid, "news", every_days=7)])
        holds.take(conn, [holds.Hold(pid, "complaint", at, 1, 1, 9)])
        silenced.put(conn, silenced.Silenced(pid, "tea", 1, "link"))
        denied.put(conn, [denied.Denied(pid, "name", b"d", 1)])
        disputed.put(
            conn, [disputed.Disputed(pid, "city", 1, b'"Kyiv"' if pid == 1 else b'"Lviv"', 1)]
        )
    signups.count(conn, {("news", "", signups.Step.SHOWN): 2}, 1)


def contents(store: Store) -> dict[str, list[tuple[object, ...]]]:
    tables = {}
    parts = ((schema.state, store.read), (schema.inbox_state, store.read_inbox))
    for metadata, reading in parts:
        with reading() as conn:
            for table in metadata.sorted_tables:
                query = select(table).order_by(*table.primary_key.columns)
                tables[table.name] = [tuple(row) for row in conn.execute(query)]
    return tables


@pytest.fixture
def full(bare_store: Store) -> Store:
    fill(bare_store)
    return bare_store


@pytest.fixture
def other(bare_store: Store, tmp_path: Path, request: pytest.FixtureRequest) -> Store:
    """An empty store on the database that `bare_store` is not on, where there is one."""
    if bare_store.dialect == "postgresql":
        opened = open_store(f"sqlite:///{tmp_path}/other.db", inbox=tmp_path / "other-inbox.db")
    elif url := request.getfixturevalue("postgresql_url_or_none"):
        opened = open_store(url)
    else:
        opened = open_store(f"sqlite:///{tmp_path}/other.db", inbox=tmp_path / "other-inbox.db")
    request.addfinalizer(opened.close)
    return opened


def test_a_connection_that_is_copied_from_stays_as_it_was(full: Store, other: Store) -> None:
    migrating.migrate(other)
    with full.read() as read, other.write() as write:
        copying._copy_table(read, write, schema.profiles, copying.no_progress)
        assert "stream_results" not in read.get_execution_options()


def test_a_workspace_moves_to_the_other_database(full: Store, other: Store) -> None:
    before = contents(full)
    assert all(before[name] for name in before), "a row at least in every table"
    steps: list[tuple[str, int]] = []
    counts = copying.copy(full, other, progress=lambda table, rows: steps.append((table, rows)))
    assert counts == {name: len(rows) for name, rows in before.items()}
    assert ("profiles", 2) in steps
    after = contents(other)
    assert after.pop("inbox_counters") == [("inbox", 5)], "above what the state has passed"
    before.pop("inbox_counters")
    assert after == before
    with other.write() as conn:
        audit.add(conn, 9, "ann", "x", "y")
        assert counters.take(conn, "pid") == 4
    with pytest.raises(Conflict, match="holds rows"):
        copying.copy(full, other)


def test_a_backup_is_taken_and_restored(full: Store, other: Store, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    place.mkdir()
    before = contents(full)
    with full.write():
        counts = copying.backup(full, place)
    assert counts == {name: len(rows) for name, rows in before.items()}
    with pytest.raises(Conflict, match="backup already"):
        copying.backup(full, place)
    with full.write() as conn:
        salt = meta.load(conn).suppression_salt
        merging.merge(conn, people.next_rev(conn), [merging.Merge(2, 1, "by_hand")], now_us=NOW)
        log = [erase.erase(conn, 1, salt=salt, now_us=NOW)]
    assert sorted(log[0].pids) == [1, 2, 3]
    copying.restore(place, other, erasures=log, now_us=NOW)
    with other.read() as conn:
        assert people.count(conn) == 0, "both were one person when erased"
        pseudonyms = {pid for (pid,) in bulk.fetch(conn, select(schema.outbox.c.pid))}
        assert pseudonyms == {log[0].pseudonym}
        digest = suppressions.digest(salt, "email", EMAIL)
        assert suppressions.blocked(conn, "email", [digest], NOW, marketing=True).all()
        assert health.paused(conn) == {"*"} and leases.current(conn, leases.WORKER) is None
        assert runs.get(conn, 1).state is runs.RunState.PAUSED


def test_no_backup_is_said_so(sqlite_store: Store, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no backup"):
        copying.restore(tmp_path / "none", sqlite_store, erasures=[], now_us=NOW)


def test_an_erased_person_is_nowhere(full: Store) -> None:
    before = contents(full)
    with full.write() as conn:
        salt = meta.load(conn).suppression_salt
        with pytest.raises(NotFound):
            erase.erase(conn, 99, salt=salt, now_us=NOW)
        done = erase.erase(conn, 3, salt=salt, now_us=NOW)
        with pytest.raises(NotFound):
            erase.erase(conn, 1, salt=salt, now_us=NOW)
    assert done.pids == [1, 3] and done.pseudonym >= erase.PSEUDONYM_FROM
    assert done.counts == {
        "audit": 2,
        "bonus_entries": 1,
        "chat_lines": 1,
        "commands": 1,
        "consents": 2,
        "conversations": 1,
        "coupons": 1,
        "denied": 1,
        "devices": 1,
        "discovered": 1,
        "disputed": 1,
        "entries": 1,
        "entry_runs": 1,
        "feed": 1,
        "full_mailboxes": 1,
        "holds": 1,
        "identities": 4,
        "inbound_calls": 1,
        "last_words": 1,
        "merge_counts": 2,
        "merges": 1,
        "objections": 1,
        "open_polls": 1,
        "outbound_calls": 1,
        "outbox": 2,
        "posted": 1,
        "profiles": 1,
        "refused": 1,
        "rights_requests": 1,
        "short_links": 1,
        "signups": 1,
        "silenced": 1,
        "suppressions": 1,
        "turns": 1,
        "vendor_ids": 1,
        "waiting": 1,
        "wishes": 1,
    }
    after = contents(full)
    everything = repr(after)
    for trace in (EMAIL, "+380671234567", "'device'", "Kyiv"):
        assert trace in repr(before) and trace not in everything
    assert "Lviv" in everything and [row[0] for row in after["profiles"]] == [2]
    assert len(after["consents"]) == 1 and len(after["outbox"]) == 3
    with full.write() as conn:
        counts = outbox.counts(conn, 1)
        assert counts[OutboxState.WITHDRAWN] == 1 and counts[OutboxState.CLAIMED] == 1
        assert outbox.left(conn, 1) == 2
        digests = suppressions.digests(salt, "email", [EMAIL, "b@c"])
        blocked = suppressions.blocked(conn, "email", digests, NOW, marketing=True)
        assert blocked.tolist() == [True, False]
        query = select(func.count()).select_from(schema.suppressions)
        kept = 1 + sum(len(reached_by(kind)) for kind in ("email", "phone", "web_chat"))
        assert conn.execute(query).scalar() == kept, "bounced, and a hash for each way to them"


def test_a_log_is_replayed_on_people_who_were_two_then(full: Store) -> None:
    entry = erase.Erasure(
        pids=[2, 50], pseudonym=erase.new_pseudonym(), at_us=5, hashes=[("sms", "00ff")], counts={}
    )
    with full.write() as conn:
        salt = meta.load(conn).suppression_salt
        total = erase.replay(conn, [entry, entry], salt=salt)
        assert total["profiles"] == 1 and people.count(conn) == 1
        assert suppressions.blocked(conn, "sms", [b"\0\xff"], 9, marketing=True).tolist() == [True]
