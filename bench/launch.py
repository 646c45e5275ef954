"""A campaign to a million people, from its audience to the durable outbox, and one by one.

`python -m bench.launch [--people 1000000] [--rounds 3]` makes its people once in ./bench-data.
Ours runs in a process of its own, so that its peak memory is its own, with threads taking turns
as in the worker, and once more with everything switched on: tone, law, category, and one person in
a hundred each who is on hold, asks for less, wants nothing of the category or objects to
profiling. The rival decides the same way as the plain one, but reads, renders (python-liquid) and
commits one person at a time, for a subset.
All texts of the subset must be equal. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from bench import launch_data
from bench.launch_data import NOW
from maracuja.clock import monotonic_s

DATA = Path("bench-data/launch")
SUBSET = 2_000
ROUNDS = 3


def ours(home: Path) -> dict[str, Any]:
    """Launch the campaign of the workspace to its end; messages, seconds and peak MiB."""
    from maracuja.cli.serving import SWITCH_S
    from maracuja.runtime import launch_control
    from maracuja.runtime.launch import Launch

    sys.setswitchinterval(SWITCH_S)
    ground = launch_data.ground(home)
    with ground.store.write() as conn:
        launch_control.launch(conn, ground, "fruit", NOW)
    launch = Launch(ground)
    began = monotonic_s()
    while (due := launch.tick(NOW, parts_max=64)) is not None and due <= NOW:
        pass
    seconds = monotonic_s() - began
    launch.close()
    from maracuja.store import outbox

    with ground.store.read() as conn:
        messages = outbox.left(conn)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"messages": messages, "seconds": seconds, "peak_mib": peak}


def texts_of_ours(home: Path, subset: int) -> dict[int, str]:
    """What the first people were written, by pid, with links as the rival writes them."""
    from maracuja.lake.bodies import read_bodies
    from maracuja.model import FileKind, micros
    from maracuja.store import manifest
    from maracuja.templates.compiled import splice
    from maracuja.templates.placeholders import fill

    ground = launch_data.ground(home)
    with ground.store.read() as conn:
        file = manifest.live(conn, [FileKind.BODIES], micros(NOW))[0]
    skeletons, frame = read_bodies(ground.lake, file.path)
    found = {}
    for row in frame.iter_rows(named=True):
        if row["pid"] > subset:
            break
        stored = skeletons[row["template"]]
        links = {int(n): url for n, url in stored["links"].items()}
        content = splice(stored["parts"], {k: v or "" for k, v in row.items() if k[:1] == "s"})
        found[row["pid"]] = "\n".join(
            fill(text, links, html=False, href=lambda _, url: url, page=lambda n: f"[{n}]")
            for text in (content.subject, content.text)
        )
    return found


def one_by_one(home: Path, subset: int) -> tuple[dict[int, str], float]:
    """The same campaign for the people up to `subset`, a commit each; texts and seconds."""
    import liquid
    from sqlalchemy import Column, LargeBinary, MetaData, Table, func, insert, select

    from maracuja import rng, zones
    from maracuja.campaigns.decoding import decode_stored
    from maracuja.campaigns.definitions import Campaign
    from maracuja.decisions.quiet import QuietHours
    from maracuja.store import definitions, schema, suppressions, traits
    from maracuja.store.meta import load
    from maracuja.templates.definition import Template, choose

    ground = launch_data.ground(home)
    kept = Table(
        "bodies_one_by_one",
        MetaData(),
        Column("id", LargeBinary, primary_key=True),
        Column("body", LargeBinary),
    )
    with ground.store.write() as conn:
        secrets = load(conn)
        template = decode_stored(definitions.get(conn, "template", "fruit").body)
        campaign = decode_stored(definitions.get(conn, "campaign", "fruit").body)
        kept.create(conn)
    assert isinstance(template, Template)
    assert isinstance(campaign, Campaign)
    env = liquid.Environment()
    compiled = [(env.from_string(v.subject), env.from_string(v.text)) for v in template.variants]
    quiet, salt = ground.quiet, secrets.holdout_salt
    assert isinstance(quiet, QuietHours)
    p, c, s = schema.profiles.c, schema.consents.c, schema.suppressions.c
    texts: dict[int, str] = {}
    began = monotonic_s()
    for pid in range(1, subset + 1):
        with ground.store.write() as conn:
            document = traits.decode(conn.execute(select(p.doc).where(p.pid == pid)).scalar_one())
            values = {name: trait.value for name, trait in document.traits.items()}
            address = document.addresses.get("email", "")
            mark = suppressions.digest(secrets.suppression_salt, "email", address)
            blocked = conn.execute(
                select(func.count()).where(s.channel == "email", s.digest == mark)
            ).scalar()
            said = conn.execute(
                select(c.state)
                .where(c.pid == pid, c.topic == "harvest", c.channel == "email")
                .order_by(c.n.desc())
                .limit(1)
            ).scalar()
            wall = NOW.astimezone(zones.zone(values.get("timezone"))).time()
            if blocked or said != 1 or not address or quiet.holds(wall):
                continue
            if rng.draws(f"{salt}:global", [pid])[0] < 0.05:
                continue
            if rng.draws(f"{salt}:holdout:fruit", [pid])[0] < campaign.holdout:
                continue
            language = str(values.get("language") or "en")
            subject, text = compiled[choose(template, language, "email")]
            space = {"person": values, "links": {"unsubscribe": "[unsubscribe]"}}
            texts[pid] = f"{' '.join(subject.render(**space).split())}\n{text.render(**space)}"
            key = rng.make_id("message", "fruit", "once", pid)
            conn.execute(insert(kept).values(id=key, body=texts[pid].encode()))
            conn.execute(
                insert(schema.outbox).values(
                    chunk=2**40, n=pid, pid=pid, channel=1, lane=1, due_us=1, state=0, attempts=0
                )
            )
    return texts, monotonic_s() - began


def fresh(people: int) -> Path:
    """A copy of the workspace to launch in."""
    home = DATA / "round"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(DATA / f"base-{people}", home, copy_function=_link_or_copy)
    return home


def _link_or_copy(source: str, to: str) -> None:
    """Lake files never change, so a link will do; databases are copied."""
    if source.endswith(".parquet"):
        os.link(source, to)
    else:
        shutil.copyfile(source, to)


def in_a_process(home: Path) -> dict[str, Any]:
    """`ours` in a new process."""
    command = [sys.executable, "-m", "bench.launch", "--round", str(home)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def digest(texts: dict[int, str]) -> str:
    """One MD5 over all texts, by pid."""
    whole = hashlib.md5(usedforsecurity=False)
    for pid in sorted(texts):
        whole.update(f"{pid}\0{texts[pid]}\0".encode())
    return whole.hexdigest()


def main() -> None:
    """Make the people, play the rounds in turns, print the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--round", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.round:
        print(json.dumps(ours(options.round)))
        return
    DATA.mkdir(parents=True, exist_ok=True)
    launch_data.make(DATA / f"base-{options.people}", options.people)
    subset = min(SUBSET, options.people)
    equal, rates, rivals, peaks, careful = True, [], [], [], []
    for number in range(options.rounds):
        home = fresh(options.people)
        theirs, seconds = one_by_one(home, subset)
        rivals.append(len(theirs) / seconds)
        home = fresh(options.people)
        result = in_a_process(home)
        rates.append(result["messages"] / result["seconds"])
        peaks.append(result["peak_mib"])
        mine = texts_of_ours(home, subset)
        home = fresh(options.people)
        launch_data.switch_on(home, options.people)
        full = in_a_process(home)
        careful.append(full["messages"] / full["seconds"])
        peaks.append(full["peak_mib"])
        same = digest(mine) == digest(theirs)
        equal = equal and same
        print(
            f"round {number + 1}: ours {result['messages']:,} in {result['seconds']:.1f} s ="
            f" {rates[-1]:,.0f}/s; with everything {full['messages']:,} = {careful[-1]:,.0f}/s;"
            f" peak {max(peaks):,.0f} MiB; one by one {rivals[-1]:,.0f}/s;"
            f" {digest(mine)} {'==' if same else '!='} {digest(theirs)}",
            flush=True,
        )
    shutil.rmtree(DATA / "round", ignore_errors=True)
    ratio = median(mine / theirs for mine, theirs in zip(rates, rivals, strict=True))
    report = {
        "bench": "launch",
        "equal": equal,
        "messages_per_s": round(median(rates)),
        "with_everything_per_s": round(median(careful)),
        "peak_mib": round(max(peaks)),
        "ratios": {"row_by_row": round(ratio, 1)},
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
