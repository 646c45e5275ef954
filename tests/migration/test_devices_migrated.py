"""Where people took notifications before there were devices is not lost by the migration."""

from __future__ import annotations

from alembic import command

from maracuja.model import Trait, TraitSource
from maracuja.store import devices, migrating, people, traits
from maracuja.store.engine import Store
from tests.contract.channel_cases.web_push import ADDRESS

TOKEN = "fcm:a-token-of-one"


def test_addresses_of_profiles_become_devices(bare_store: Store) -> None:
    migrating.migrate(bare_store)
    docs = [
        traits.Document(addresses={"web_push": ADDRESS, "email": "a@b"}),
        traits.Document(addresses={"mobile_push": TOKEN}),
        traits.Document({"said": Trait("web_push", TraitSource.DECLARED, 1.0, 1)}),
        traits.Document(addresses={"mobile_push": TOKEN}),  # a shared phone: it is one person's
    ]
    with bare_store.write() as conn:
        people.create(conn, 1, range(1, 5), created_us=7, docs=[*map(traits.encode, docs)])
    migrating.downgrade(bare_store, "0012")
    with bare_store.write() as conn:
        command.upgrade(migrating._config("state", conn), "head")
    with bare_store.read() as conn:
        found = devices.of(conn, [1, 2, 3, 4])
        assert {(one.pid, one.kind, one.address) for one in found} == {
            (1, "web_push", ADDRESS),
            (2, "mobile_push", TOKEN),
        }
        assert all(one.used and one.first_us == one.seen_us == 7 for one in found)
        assert devices.owners(conn, "web_push", [ADDRESS]) == [1]
