"""A small shop as files, and a command line to fill it with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result
from typer.testing import CliRunner

from maracuja import app
from maracuja.cli import cli
from maracuja.simulate.vendors import MailVendor

DEFINITIONS = """
kind: topic
id: news
---
kind: goal
id: order
event: Order Completed
value: revenue
---
kind: segment
id: lviv
where: [{trait: city, is: Lviv}]
---
kind: template
id: hello
language: en
variants:
  - language: en
    subject: "{{ person.first_name }}, it is here"
    text: "Hello {{ person.first_name }} of {{ person.city }}. {{ links.unsubscribe }}"
---
kind: campaign
id: hello
topic: news
audience: lviv
template: hello
holdout: 0.2
goals: [order]
"""
EVENTS = """
{"external_id": "c2", "event": "Order Completed", "timestamp": "2026-05-02T10:00:00Z", "properties.revenue": 70}
{"external_id": "c4", "event": "Product Viewed", "timestamp": "2026-05-03T10:00:00Z"}
"""  # noqa: E501
SETTINGS = """
[shop]
name = "Passion fruit"
country = "UA"

[email]
sender = "Shop <shop@shop.example>"

[pressure]
quiet_from = "00:00"
quiet_until = "00:00"

[measurement]
global_holdout = 0.0
"""
COUNT = 40


def people_csv() -> str:
    """Half of them in Lviv, all of them in favour of news but the last, of whom nobody knows."""
    lines = ["external_id,email,first_name,city,consent.news.email,Consent date,Consent source"]
    for n in range(COUNT):
        city = "Lviv" if n % 2 == 0 else "Kyiv"
        said = ",," if n == COUNT - 1 else "yes,2026-05-01,shop"
        lines.append(f"c{n},c{n}@mail.example,Name{n},{city},{said}")
    return "\n".join(lines) + "\n"


MAPPING = """
columns:
  Consent date: consent.news.email.at
  Consent source: consent.news.email.source
"""

Run = Callable[..., Result]


def command_line(workspace: Path) -> Run:
    """Runs a command in the workspace and gives its result."""

    def run(*words: str, code: int = 0, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(cli, [*words, "-w", str(workspace)], input=stdin)
        assert result.exit_code == code, (words, result.output, result.exception)
        return result

    return run


def parsed(result: Result) -> Any:
    """What a command printed as JSON."""
    return json.loads(result.stdout)


def work(workspace: Path, vendor: MailVendor | None = None) -> MailVendor:
    """Let a worker do everything that is due; returns what took the mail."""
    taken = vendor or MailVendor(keep=True)
    with app.opened(workspace) as here:
        worker = app.make_worker(here, holder="test", transport=taken)
        try:
            worker.settle(here.clock.now())
        finally:
            worker.close()
    return taken
