"""How fast a file of a million people becomes people: rows a second, from CSV to durable."""

from __future__ import annotations

import argparse
import csv
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from maracuja.clock import monotonic_s
from maracuja.runtime.importing import prepare, run
from maracuja.store import consents, migrating, people
from maracuja.store.engine import open_store

DATA = Path("bench-data/imports")
NOW = datetime(2026, 11, 21, tzinfo=UTC)
ROUNDS = 3
HEADINGS = (
    "external_id", "email", "phone", "first_name", "city", "language", "birthday",
    "consent.news.email", "consent.news.email.at", "consent.news.email.source",
    "consent.sale.email", "consent.sale.email.at", "consent.sale.email.source",
    "bonus", "tier", "size", "colour", "orders",
)  # fmt: skip


def make_file(count: int) -> Path:
    """A file of `count` people, kept between runs."""
    path = DATA / f"people-{count}.csv"
    if path.exists():
        return path
    DATA.mkdir(parents=True, exist_ok=True)
    cities = ("Київ", "Львів", "Одеса", "Алматы", "Улаанбаатар")
    names = ("Олена", "Марія", "Андрій", "Иван", "Сарангэрэл", "Emma")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for n in range(count):
            mixed = n * 2_654_435_761 % 10_000_019
            row = [
                f"c{n}", f"p{mixed}.{n}@mail.example", f"+38067{n % 10_000_000:07d}",
                names[n % 6], cities[n % 5], "uk", f"{1950 + n % 55}-{1 + n % 12:02d}-15",
                "in", "2026-01-01", "form", "in" if n % 3 else "out", "2026-02-01", "form",
                n % 31 * 100, "gold" if n % 7 == 0 else "silver", "M", "red", n % 9,
            ]  # fmt: skip
            writer.writerow(row)
    return path


def one_round(path: Path, count: int, number: int) -> float:
    """Import into a fresh workspace; returns seconds."""
    home = DATA / f"round-{number}"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    store = open_store(f"sqlite:///{home / 'state.db'}")
    migrating.migrate(store)
    began = monotonic_s()
    result = run(store, prepare("people", path), now=NOW)
    took = monotonic_s() - began
    with store.read() as conn:
        assert people.count(conn) == result.new == count, "every row is a person"
        said = sum(n for *_, n in consents.counts(conn))
        assert said == 2 * count, "every consent is in the ledger"
    store.close()
    shutil.rmtree(home)
    return took


def main() -> None:
    """Run the rounds and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    path = make_file(options.people)
    seconds = []
    for number in range(options.rounds):
        seconds.append(one_round(path, options.people, number))
        print(f"round {number + 1}: {seconds[-1]:.1f} s, {options.people / seconds[-1]:,.0f}/s")
    rate = round(options.people / median(seconds))
    print(json.dumps({"bench": "imports", "equal": True, "ratios": {"rows_per_s": rate}}))


if __name__ == "__main__":
    main()
