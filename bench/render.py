"""How fast a set of people is written to: columns, our fallback, python-liquid, minijinja.

`python -m bench.render` makes its own people, plays the engines in turns on one core, checks that
all bodies are equal and prints the ratios; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

PEOPLE = 100_000
ROUNDS = 5
ROW_ENGINES_PEOPLE = {"python-liquid": 10_000}
SHORT = (
    '{% case person.gender %}{% when "m" %}Уважаемый{% when "f" %}Уважаемая'
    '{% else %}Здравствуйте,{% endcase %} {{ person.first_name | default: "друг" }}!\n'
    "В вашей корзине:\n"
    "{% for p in facts.cart limit: 3 %}— {{ p.title | escape }}, {{ p.price }} ₽\n{% endfor %}"
    "{% if facts.bonus > 0 %}У вас {{ facts.bonus }} бонусов, они сгорят "
    '{{ facts.bonus_until | date: "%d.%m.%Y" }}.{% endif %}\n'
    'Мы будем {% if person.gender == "f" %}рады видеть вас, дорогая{% else %}рады видеть вас'
    "{% endif %} в нашем магазине. Подробности: https://shop.example/t/{{ person.id }}\n"
)
SHORT_JINJA = (
    '{% if person.gender == "m" %}Уважаемый{% elif person.gender == "f" %}Уважаемая'
    '{% else %}Здравствуйте,{% endif %} {{ person.first_name or "друг" }}!\n'
    "В вашей корзине:\n"
    "{% for p in facts.cart[:3] %}— {{ p.title | html }}, {{ p.price }} ₽\n{% endfor %}"
    "{% if facts.bonus and facts.bonus > 0 %}У вас {{ facts.bonus }} бонусов, они сгорят "
    "{{ facts.bonus_until | day }}.{% endif %}\n"
    'Мы будем {% if person.gender == "f" %}рады видеть вас, дорогая{% else %}рады видеть вас'
    "{% endif %} в нашем магазине. Подробности: "
    "\ue0000\ue001https://shop.example/t/{{ person.id }}\ue002\n"
)


def people(count: int) -> Any:
    """A frame of `count` people with the columns that the short message reads; seeded."""
    import numpy as np
    import polars as pl

    from maracuja import rng

    draw = rng.stream(7, "bench", "render")
    names = np.array(["Мария", "Иван", "Олена", "Пётр", "Тарас", "Ольга"], dtype=object)
    titles = ["Удочка «Щука»", "Леска 0,3 мм", "Сапоги & носки", "Блесна <золото>", "Палатка"]
    lengths = draw.integers(0, 6, count)
    which, prices = draw.integers(0, 5, 5 * count), draw.integers(100, 9_000, 5 * count)
    carts = [
        [
            {"title": titles[which[5 * n + k]], "price": int(prices[5 * n + k])}
            for k in range(lengths[n])
        ]
        for n in range(count)
    ]
    first = names[draw.integers(0, 6, count)]
    first[draw.random(count) < 0.1] = None
    until = [date(2026, 1, 1) + timedelta(days=int(d)) for d in draw.integers(0, 365, count)]
    return pl.DataFrame(
        {
            "person.id": [f"c{n:07d}" for n in range(count)],
            "person.gender": np.array(["m", "f", None], dtype=object)[draw.integers(0, 3, count)],
            "person.first_name": first,
            "facts.cart": pl.Series(
                carts, dtype=pl.List(pl.Struct({"title": pl.String, "price": pl.Int64}))
            ),
            "facts.bonus": draw.integers(-500, 2_000, count),
            "facts.bonus_until": until,
        }
    )


def html_template() -> str:
    """An e-mail of about 22 KB around the same personal places."""
    row = (
        '<tr><td style="padding:12px;font-family:Arial,sans-serif;font-size:14px">Новая '
        "коллекция снастей уже в магазине: проверенные катушки, лёгкие удилища, прочная леска."
        '</td><td><img src="https://img.example/p.png" alt="Снасти" width="120"></td></tr>\n'
    )
    start = '<html><body><table width="600">\n' + row * 38
    middle = "<tr><td>" + SHORT.replace("\n", "<br>\n").replace("https://", "на ") + "</td></tr>\n"
    return start + middle + row * 38 + "</table></body></html>\n"


def digest(bodies: list[str]) -> str:
    """One md5 of all bodies."""
    md5 = hashlib.md5(usedforsecurity=False)
    for body in bodies:
        md5.update(body.encode())
        md5.update(b"\0")
    return md5.hexdigest()


def engines(source: str, part: str, frame: Any) -> dict[str, Any]:
    """name -> (prepared people, how many, function that gives their bodies)."""
    from maracuja.templates import plan, reference
    from maracuja.templates.compiled import compiled
    from maracuja.templates.definition import Template, Variant

    texts = {"text": source} if part == "text" else {"text": "-", "html": source}
    made = compiled(
        Template(id="bench", variants=(Variant(language="ru", **texts),)), frame.schema
    )
    assert made.rung == "columns", made.rungs
    chosen = [n for n, slot in enumerate(made.plan.slots) if slot.part == part]
    rows = plan.Rows(made.plan, made.names, chosen)
    pieces = made.plan.skeleton[part]
    tuples = frame.select(rows.columns).rows()
    few = frame.head(ROW_ENGINES_PEOPLE["python-liquid"])
    spaces = [reference.namespace(row) for row in few.iter_rows(named=True)]
    nodes, html = made.plan.nodes[part], part == "html"

    def by_python() -> list[str]:
        place = {slot: at for at, slot in enumerate(rows.order)}
        plan = [piece if isinstance(piece, str) else place[piece] for piece in pieces]
        return [
            "".join([p if isinstance(p, str) else slots[p] for p in plan])
            for slots in (rows(row, {}) for row in tuples)
        ]

    def by_liquid() -> list[str]:
        from liquid.template import BoundTemplate

        from maracuja.templates.grammar import grammar

        bound = BoundTemplate(grammar(html=html), nodes)
        return [bound.render(space) for space in spaces]

    return {
        "columns": (len(tuples), lambda: made.render(frame).bodies(part)),
        "columns, slots only": (len(tuples), lambda: made.render(frame).slots),
        "python": (len(tuples), by_python),
        "python-liquid": (few.height, by_liquid),
    }


def minijinja(frame: Any) -> tuple[int, Any]:
    """The short message in minijinja, over ready dicts."""
    from minijinja import Environment

    from maracuja.templates import reference

    environment = Environment(templates={"short": SHORT_JINJA}, keep_trailing_newline=True)
    environment.auto_escape_callback = lambda name: False
    entities = str.maketrans(
        {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}
    )
    environment.add_filter("html", lambda text: text.translate(entities))
    environment.add_filter("day", lambda day: day.strftime("%d.%m.%Y"))
    spaces = [reference.namespace(row) for row in frame.iter_rows(named=True)]
    for space in spaces:
        space["person"].setdefault("first_name", None)
        space["person"].setdefault("gender", None)
    return len(spaces), lambda: [environment.render_template("short", **s) for s in spaces]


def measure(runs: dict[str, Any], rounds: int) -> list[dict[str, float]]:
    """For each of `rounds` turns name -> people per second, engines taking turns."""
    speeds: list[dict[str, float]] = []
    for _ in range(rounds):
        speeds.append({})
        for name, (count, run) in runs.items():
            start = time.perf_counter()
            run()
            speeds[-1][name] = count / (time.perf_counter() - start)
    return speeds


def ratio(speeds: list[dict[str, float]], fast: str, slow: str) -> float:
    """How many times faster one engine is than another: the median over the rounds."""
    return round(statistics.median(turn[fast] / turn[slow] for turn in speeds), 1)


def compare(title: str, runs: dict[str, Any], rounds: int) -> tuple[bool, list[dict[str, float]]]:
    """Whether all bodies are equal, and the speeds of each round."""
    bodies = {name: run() for name, (_, run) in runs.items() if "slots" not in name}
    few = min(len(made) for made in bodies.values())
    digests = {name: digest(list(made[:few])) for name, made in bodies.items()}
    whole = {digest(list(m)) for m in bodies.values() if len(m) == len(bodies["columns"])}
    equal = len(set(digests.values())) == 1 and len(whole) == 1
    speeds = measure(runs, rounds)
    print(f"{title}: {len(bodies['columns'])} people, md5 {digests['columns']}, equal: {equal}")
    for name in runs:
        speed = statistics.median(turn[name] for turn in speeds)
        print(f"  {name:22} {speed:12,.0f} people/s {ratio(speeds, 'columns', name):8.1f}x")
    return equal, speeds


def play(count: int, rounds: int) -> dict[str, Any]:
    """Everything, on one core."""
    from bench.corpus import check_corpus

    frame = people(count)
    short = engines(SHORT, "text", frame)
    short["minijinja"] = minijinja(frame)
    equal, speeds = compare("short message", short, rounds)
    small = frame.head(count // 5)
    mail = engines(html_template(), "html", small)
    mail_equal, mail_speeds = compare("e-mail of 22 KB", mail, rounds)
    shares, corpus_equal = check_corpus()
    print("corpus:", shares)
    return {
        "bench": "render",
        "equal": equal and mail_equal and corpus_equal,
        "ratios": {
            "python-liquid": ratio(speeds, "columns", "python-liquid"),
            "minijinja": ratio(speeds, "columns", "minijinja"),
            "fallback_vs_python-liquid": ratio(speeds, "python", "python-liquid"),
            "html_slots_vs_python-liquid": ratio(
                mail_speeds, "columns, slots only", "python-liquid"
            ),
            "html_whole_vs_python-liquid": ratio(mail_speeds, "columns", "python-liquid"),
        },
        "rungs": shares,
    }


def main() -> None:
    """Start again in a process with one thread for Polars, and pin it to one core."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--inner", action="store_true")
    options = parser.parse_args()
    if options.inner:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        print(json.dumps(play(options.people, options.rounds)))
        return
    command = [sys.executable, "-m", "bench.render", "--inner"]
    command += ["--people", str(options.people), "--rounds", str(options.rounds)]
    environment = {**os.environ, "POLARS_MAX_THREADS": "1"}
    root = Path(__file__).resolve().parents[1]
    raise SystemExit(subprocess.run(command, env=environment, cwd=root, check=False).returncode)


if __name__ == "__main__":
    main()
