"""The tables of the state database: one schema for SQLite and PostgreSQL.

Times are BIGINT microseconds UTC, ids integers or bytes, money integer minor units. No vendor's
JSON or full-text functions: a `doc` or `body` is bytes that only Python reads.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)

from maracuja.store import schema_inbound, schema_marks, schema_outbound, schema_said  # noqa: F401
from maracuja.store.schema_accounts import channel_accounts as channel_accounts
from maracuja.store.schema_conversations import conversations as conversations
from maracuja.store.schema_conversations import turns as turns
from maracuja.store.schema_devices import devices as devices
from maracuja.store.schema_entries import entries as entries
from maracuja.store.schema_experiments import experiment_looks as experiment_looks
from maracuja.store.schema_experiments import experiments as experiments
from maracuja.store.schema_forms import form_counts as form_counts
from maracuja.store.schema_forms import signups as signups
from maracuja.store.schema_forms import wishes as wishes
from maracuja.store.schema_ground import Serial
from maracuja.store.schema_ground import inbox_state as inbox_state
from maracuja.store.schema_ground import state as state
from maracuja.store.schema_law import breaches as breaches
from maracuja.store.schema_law import objections as objections
from maracuja.store.schema_law import rights_requests as rights_requests
from maracuja.store.schema_links import open_polls as open_polls
from maracuja.store.schema_links import short_links as short_links
from maracuja.store.schema_live import changed_things as changed_things
from maracuja.store.schema_parts import message_parts as message_parts
from maracuja.store.schema_posted import posted as posted
from maracuja.store.schema_posted import posted_events as posted_events
from maracuja.store.schema_posted import posted_files as posted_files
from maracuja.store.schema_posted import status_addresses as status_addresses
from maracuja.store.schema_posted import status_calls as status_calls
from maracuja.store.schema_shop import ad_spend as ad_spend
from maracuja.store.schema_shop import bonus_entries as bonus_entries
from maracuja.store.schema_shop import coupons as coupons
from maracuja.store.schema_shop import feeds as feeds
from maracuja.store.schema_shop import outlets as outlets
from maracuja.store.schema_shop import product_changes as product_changes
from maracuja.store.schema_shop import products as products
from maracuja.store.schema_team import team_members as team_members
from maracuja.store.schema_waiting import waiting as waiting
from maracuja.store.schema_warm_up import warm_up_days as warm_up_days
from maracuja.store.schema_web_chat import chat_lines as chat_lines

# ---------------------------------------------------------------- the workspace

meta = Table(
    "meta",
    state,
    Column("name", Text, primary_key=True),  # workspace id, salts and secrets, schema facts
    Column("value", Text, nullable=False),
)

counters = Table(
    "counters",
    state,
    Column("name", Text, primary_key=True),  # pid, rev, run, chunk, catalog_rev
    Column("value", BigInteger, nullable=False),  # the last one given out
)

watermarks = Table(
    "watermarks",
    state,
    Column("name", Text, primary_key=True),  # inbox, feed, profiles_copy
    Column("value", BigInteger, nullable=False),
)

leases = Table(
    "leases",
    state,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until_us", BigInteger, nullable=False),
)

commands = Table(
    "commands",
    state,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("args", LargeBinary, nullable=False),
    Column("done_us", BigInteger),
    Column("result", LargeBinary),
)

keys = Table(
    "keys",
    state,
    Column("id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),  # SHA-256 of the secret part
    Column("kind", Text, nullable=False),  # server, browser, admin
    Column("name", Text, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("revoked_us", BigInteger),
    Index("uq_keys_digest", "digest", unique=True),
)

audit = Table(
    "audit",
    state,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", LargeBinary, nullable=False),
)

definitions = Table(
    "definitions",
    state,
    Column("kind", Text, primary_key=True),  # segment, template, campaign, topic, goal, tone
    Column("id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),  # canonical JSON
    Column("created_us", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("deleted", Boolean, nullable=False),  # a version that says: gone
    sqlite_with_rowid=False,
)

# ---------------------------------------------------------------- people

profiles = Table(
    "profiles",
    state,
    Column("pid", Serial, primary_key=True, autoincrement=False),
    Column("bucket", SmallInteger, nullable=False),
    Column("rev", BigInteger, nullable=False),
    Column("draw_pid", BigInteger, nullable=False),  # whose draws decide arms: set at first sight
    Column("created_us", BigInteger, nullable=False),
    Column("doc", LargeBinary, nullable=False),  # traits and addresses, JSON
    Index("ix_profiles_rev_pid", "rev", "pid"),
)

identities = Table(
    "identities",
    state,
    Column("kind", Text, primary_key=True),  # external_id, anonymous_id, email, phone, ...
    Column("value", Text, primary_key=True),
    Column("pid", BigInteger, nullable=False, index=True),
    Column("at_us", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

merges = Table(
    "merges",
    state,
    Column("pid", Serial, primary_key=True, autoincrement=False),
    Column("canonical", BigInteger, nullable=False, index=True),
    Column("at_us", BigInteger, nullable=False),
    Column("rule", Text, nullable=False),
    Column("crossed", Boolean, nullable=False),  # the two had been drawn into different arms
)

merge_counts = Table(
    "merge_counts",
    state,
    # Merges that an identity has caused on a UTC day: a shared e-mail must not swallow a town.
    Column("identity", BigInteger, primary_key=True, autoincrement=False),  # rng.make_key
    Column("day", Integer, primary_key=True, autoincrement=False),  # days since 1970
    Column("n", Integer, nullable=False),
    sqlite_with_rowid=False,
)

consents = Table(
    "consents",
    state,
    # The ledger, clustered by person: the highest n of (pid, topic, channel) is in force.
    Column("pid", BigInteger, primary_key=True, autoincrement=False),
    Column("topic", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("state", SmallInteger, nullable=False),
    Column("at_us", BigInteger, nullable=False),  # when the person said it
    Column("recorded_us", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("text_version", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("message_id", LargeBinary),
    sqlite_with_rowid=False,
)

suppressions = Table(
    "suppressions",
    state,
    Column("channel", Text, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),  # salted hash of the address
    Column("scope", Text, primary_key=True),  # marketing, all
    Column("pid", BigInteger, index=True),  # null once erased
    Column("reason", Text, nullable=False),  # bounced, mailbox_full, complained, by_hand ...
    Column("code", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("until_us", BigInteger),  # null: until lifted
    sqlite_with_rowid=False,
)

full_mailboxes = Table(
    "full_mailboxes",
    state,
    # How often in a row an address had no room: a few times over weeks, and it is left alone.
    Column("channel", Text, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),  # salted hash of the address
    Column("n", Integer, nullable=False),
    Column("first_us", BigInteger, nullable=False),
    Column("last_us", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

discovered = Table(
    "discovered",
    state,
    Column("scope", Text, primary_key=True),  # trait, property, context
    Column("event", Text, primary_key=True),  # '' for traits and context
    Column("name", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("first_seen_us", BigInteger, nullable=False),
    Column("last_seen_us", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("samples", LargeBinary, nullable=False),
    Column("privacy", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)

# ---------------------------------------------------------------- events on their way to the lake

inbox = Table(
    "inbox",
    inbox_state,
    Column("seq", Serial, primary_key=True, autoincrement=False),  # in the order of commits
    Column("received_us", BigInteger, nullable=False),
    Column("call", Text, nullable=False),  # track, batch ...; delivery, click, read, import
    Column("key_kind", Text, nullable=False),  # server, browser, internal
    Column("context", LargeBinary, nullable=False),  # address and user agent of the caller, JSON
    Column("body", LargeBinary, nullable=False),  # as received, after gzip
)

inbox_counters = Table(
    "inbox_counters",
    inbox_state,
    Column("name", Text, primary_key=True),  # inbox
    Column("value", BigInteger, nullable=False),  # the last sequence number given out
)

feed = Table(
    "feed",
    state,
    # Events born in our own transactions (deliveries, consents); the projection takes them too.
    Column("seq", Serial, primary_key=True, autoincrement=False),  # in the order of commits
    Column("at_us", BigInteger, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("event", Text, nullable=False),
    Column("message_id", LargeBinary, nullable=False),  # id of the event itself, a natural key
    Column("properties", LargeBinary, nullable=False),
)

refused = Table(
    "refused",
    state,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("at_us", BigInteger, nullable=False),
    Column("call", Text, nullable=False),
    Column("key_kind", Text, nullable=False),
    Column("key", Text, nullable=False),  # a browser's key, for its proofs of ids; else ''
    Column("code", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("place", Text, nullable=False),  # which event of which request
    Column("body", LargeBinary, nullable=False),
    Column("replayed_us", BigInteger),
    sqlite_autoincrement=True,
)

lake_files = Table(
    "lake_files",
    state,
    Column("path", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("low", BigInteger, nullable=False),
    Column("high", BigInteger, nullable=False),
    Column("from_us", BigInteger, nullable=False),
    Column("until_us", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("live_from_us", BigInteger, nullable=False),
    Column("dead_from_us", BigInteger),
    Index("ix_lake_files_kind_day", "kind", "day"),
)

# ---------------------------------------------------------------- campaigns

runs = Table(
    "runs",
    state,
    # One occurrence of a campaign: a one-off has one, a recurring one many.
    Column("run", Serial, primary_key=True, autoincrement=False),
    Column("campaign", Text, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("occurrence", Text, nullable=False),  # natural key: 'once' or the local date and time
    Column("state", Text, nullable=False),  # campaigns.RunState
    Column("planned_us", BigInteger, nullable=False),
    Column("launched_us", BigInteger),
    Column("finished_us", BigInteger),
    Column("expires_us", BigInteger),
    Column("audience_path", Text, nullable=False),  # frozen at launch; '' before
    Column("next_part", Integer, nullable=False),  # the audience's next chunk to decide
    Column("parts", Integer, nullable=False),
    Column("facts", LargeBinary, nullable=False),  # definitions frozen at launch, JSON
    Index("uq_runs_campaign_occurrence", "campaign", "occurrence", unique=True),
)

chunks = Table(
    "chunks",
    state,
    Column("chunk", Serial, primary_key=True, autoincrement=False),
    Column("run", BigInteger, nullable=False, index=True),
    Column("path", Text, nullable=False),  # bodies of this chunk
    Column("lane", SmallInteger, nullable=False),
    Column("due_us", BigInteger, nullable=False),  # earliest of the rows left
    Column("left", Integer, nullable=False),  # rows that are not final; 0: nothing to do
    Column("catalog_rev", BigInteger, nullable=False),  # products as they were when rendered
    # The one that all its messages go by; 0: there are several.
    Column("channel", SmallInteger, nullable=False, server_default=text("0")),
    Index("ix_chunks_work", "left", "lane", "due_us"),
)

outbox = Table(
    "outbox",
    state,
    Column("chunk", BigInteger, primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("pid", BigInteger, nullable=False),
    Column("channel", SmallInteger, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("due_us", BigInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),  # store.outbox.OutboxState
    Column("attempts", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)

vendor_ids = Table(
    "vendor_ids",
    state,
    # The id under which a vendor knows a message, where it does not echo ours.
    Column("channel", SmallInteger, primary_key=True, autoincrement=False),
    Column("vendor_id", Text, primary_key=True),
    Column("message", LargeBinary, nullable=False),
    Column("pid", BigInteger, nullable=False),
    Column("run", BigInteger, nullable=False),
    Column("at_us", BigInteger, nullable=False, index=True),
    # Messenger (6) tells until when a person has read: its messages are found by the person.
    Index(
        "ix_vendor_ids_pid",
        "pid",
        sqlite_where=text("channel = 6"),
        postgresql_where=text("channel = 6"),
    ),
    sqlite_with_rowid=False,
)

last_words = Table(
    "last_words",
    state,
    # When somebody last wrote from an address, by its salted hash: opens a channel's window.
    Column("channel", Text, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("at_us", BigInteger, nullable=False, index=True),
    sqlite_with_rowid=False,
)

channel_health = Table(
    "channel_health",
    state,
    Column("channel", Text, primary_key=True),
    Column("paused", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since_us", BigInteger, nullable=False),
    Column("rate_per_s", Float),
)
