"""Buttons and a picture from a template, over a launch, to the person and back as a trait."""

from __future__ import annotations

from pathlib import Path

from maracuja.app import key_ring
from maracuja.channels.telegram import Telegram
from maracuja.links.tokens import Purpose
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.telegram import TelegramVendor
from maracuja.store import people
from tests.contract.channel_case import NOW
from tests.contract.channel_world import define, opened_world
from tests.contract.test_channels import case_of

TEMPLATE = """
kind: template
id: hello
variants:
  - language: en
    channel: telegram
    formatted: true
    text: "Hello *{{ person.first_name }}*, which size?"
    picture: "https://shop.example/{{ person.first_name }}.jpg"
    buttons:
      - {text: "For {{ person.first_name }}", url: "https://shop.example/sale"}
      - {text: M, reply: m, sets: size=M}
      - {text: L, reply: l, sets: size=L, beside: true}
      - {text: No more, url: "{{ links.unsubscribe }}"}
"""


def test_a_picture_with_buttons_goes_out_and_a_press_sets_a_trait(tmp_path: Path) -> None:
    case = case_of(Telegram)
    with opened_world(tmp_path, case, faults=Faults()) as world:
        with world.app.store.write() as conn:
            define(conn, TEMPLATE)
        vendor = world.vendor
        assert isinstance(vendor, TelegramVendor)
        vendor.start(1000, "poster", at_s=int(NOW.timestamp()) - 60, first_name='O"Hara\\')
        world.call(vendor.calls())
        world.settle()
        world.launch()
        world.deliver(hours=1)

        ((chat, method, body),) = vendor.shown
        assert (chat, method) == (1000, "sendPhoto")
        assert body["photo"] == 'https://shop.example/O"Hara\\.jpg', "pictures are not counted"
        assert body["caption"] == 'Hello <b>O"Hara\\</b>, which size?'
        (see,), (m, large), (leave,) = body["reply_markup"]["inline_keyboard"]
        assert see["text"] == 'For O"Hara\\'
        ring = key_ring(world.app)
        click = ring.read(see["url"].rpartition("/c/")[2], Purpose.CLICK)
        assert click is not None and click.detail.startswith("https://shop.example/sale")
        assert ring.read(leave["url"].rpartition("/u/")[2], Purpose.UNSUBSCRIBE) is not None
        assert (m["text"], large["text"]) == ("M", "L")

        at_s = int(world.clock.now().timestamp())
        vendor.press(1000, vendor.message_of(1000), large["callback_data"], at_s=at_s)
        assert set(world.call(vendor.calls())) == {200}
        world.settle(seconds=2)
        with world.app.store.read() as conn:
            (pid,) = people.pids_after(conn, 0, 10)
            assert people.get(conn, pid).traits["size"].value == "L"
