"""What the shop knows and offers, by command: as a person sees it, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.small_shop import Run, parsed

Define = Callable[[str], None]

POOL = """
kind: coupons
id: spring
name: Ten per cent
ends: 2040-12-31
personal: true
low: 3
pattern: "SPRING-######"
"""
FEED = """
kind: feed
id: main
source: main.csv
form: csv
"""
CODES = "code,expires\nABC-1,\nABC-2,2040-11-01\n[x],31.12.30\n"
OUTLETS = """id,name,city,address,latitude,longitude,hours
l1,Market [old],Lviv,Rynok 1,49.84,24.03,mon-sun 00:00-24:00
k1,Centre,Kyiv,Khreshchatyk 1,50.45,30.52,mon-sun 00:00-24:00
x,Far,,,999,0,
h,Odd,,,,,whenever
"""
BONUSES = """external_id,source,key,amount,at,expires,note
c1,till,1,100,2026-01-01,2040-01-01,[welcome]
c1,till,2,50,2026-01-02,,
ghost,till,3,5,2026-01-02,,
c1,till,4,1.5,2026-01-02,,
"""
ADS = """day,source,campaign,currency,cost,clicks
2026-05-01,Google,Autumn,UAH,1500.50,150
2026-05-02,meta,,KWD,20.125,30
2026-05-02,meta,,UAH,much,1
2026-13-01,meta,,UAH,1,1
"""
EVERY = [
    ("coupons", "show", "no"), ("coupons", "make", "no", "3"), ("coupons", "find", "no"),
    ("coupons", "give", "no", "c1"), ("coupons", "redeem", "no"), ("feeds", "take", "no"),
    ("feeds", "allow", "no"), ("outlets", "close", "no"), ("outlets", "near", "c1"),
    ("bonus", "show", "ghost"), ("outlets", "near", "ghost"),
    ("bonus", "spend", "ghost", "1", "--source", "till", "--key", "1"),
]  # fmt: skip


@pytest.fixture
def define(run: Run, tmp_path: Path) -> Define:
    """Puts definitions in force."""

    def put(text: str) -> None:
        folder = tmp_path / "definitions"
        folder.mkdir()
        (folder / "all.yaml").write_text(text, encoding="utf-8")
        run("apply", str(folder))

    return put


def written(tmp_path: Path, text: str) -> str:
    file = tmp_path / "given.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


def lines(text: str) -> list[str]:
    """The lines as they are read: one space between columns."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def test_a_shop_without_any_says_so(run: Run) -> None:
    said = {words: run(*words).stdout for words in
            (("coupons", "list"), ("feeds", "list"), ("outlets", "list"))}  # fmt: skip
    assert all(text.startswith("There are no ") for text in said.values())
    assert lines(run("bonus", "show", "c1").stdout) == ["balance 0", "ends –"]
    assert "Nothing was spent." in run("spend", "report", "--from", "2020-01-01",
                                       "--until", "2020-01-02").stdout  # fmt: skip


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_what_is_not_there_is_said_and_never_made(run: Run, words: tuple[str, ...]) -> None:
    told = run(*words, code=4)
    assert told.stdout == "" and told.stderr.startswith(("There is no ", "Nobody ", "No outlet "))
    (error,) = json.loads(run(*words, "--json", code=4).stderr).values()
    assert error["code"] == "not_found" and error["message"] in told.stderr


@pytest.mark.parametrize(
    "words",
    [("coupons", "add", "spring"), ("outlets", "add"), ("bonus", "add"), ("spend", "add"),
     ("feeds", "take", "main")],
    ids=" ".join,
)  # fmt: skip
def test_a_file_that_is_not_there_is_named(
    run: Run, define: Define, words: tuple[str, ...]
) -> None:
    define(POOL + "---" + FEED)
    told = run(*words, "/nowhere/file.csv", code=2).stderr
    assert told == "No such file or directory: /nowhere/file.csv\n"


# ---------------------------------------------------------------- coupons


def test_codes_are_put_in_made_given_and_used(run: Run, define: Define, tmp_path: Path) -> None:
    define(POOL)
    file = written(tmp_path, CODES)
    refused = "  line 4: `31.12.30` is no date such as 2026-12-31\n1 rows were refused.\n"
    assert run("coupons", "add", "spring", file, "--dry-run").stdout == (
        f"2 codes would be taken.\n{refused}"
    )
    assert run("coupons", "add", "spring", file).stdout == f"2 codes taken.\n{refused}"
    again = run("coupons", "add", "spring", file).stdout
    assert again == f"0 codes taken.\n2 were there already.\n{refused}"
    assert run("coupons", "make", "spring", "2").stdout == "2 codes made.\n"
    assert lines(run("coupons", "list").stdout) == [
        "pool free given used ends", "spring 4 0 0 2040-12-31",
    ]  # fmt: skip
    given = dict(
        line.split(maxsplit=1) for line in lines(run("coupons", "give", "spring", "c1").stdout)
    )
    code = given["code"]
    assert (given["state"], given["used"], given["order"]) == ("given", "–", "–")
    assert parsed(run("coupons", "give", "spring", "c1", "--json"))["code"] == code
    assert f"code {code}" in lines(run("coupons", "find", code.lower()).stdout)


def test_a_code_is_used_once_and_by_whom_it_was_given_to(
    run: Run, define: Define, tmp_path: Path
) -> None:
    define(POOL)
    run("coupons", "add", "spring", written(tmp_path, CODES))
    code = parsed(run("coupons", "give", "spring", "c1", "--json"))["code"]
    use = ("coupons", "redeem", code, "--order")
    told = run(*use, "o1", "--person", "c2", code=1).stderr
    assert lines(told) == ["This coupon was given to somebody else.", "where: person"]
    first = run(*use, "o1", "--person", "c1").stdout
    assert "state redeemed" in lines(first) and "order o1" in lines(first)
    assert run(*use, "o1", "--person", "c1").stdout == first, "the same order again is no fault"
    told = run(*use, "o2", "--person", "c1", code=5).stderr
    assert lines(told) == ["This coupon was used already.", "where: code"]
    assert lines(run("coupons", "show", "spring").stdout) == [
        "codes 2", "free 1 (low)", "given 1", "used 1", "ends 2040-12-31",
        "campaign given used orders brought", "(by hand) 1 1 –",
    ]  # fmt: skip


# ---------------------------------------------------------------- feeds


def test_a_feed_is_looked_at_taken_held_and_allowed(
    run: Run,
    define: Define,
    shop: Path,
    tmp_path: Path,
) -> None:
    define(FEED)
    assert lines(run("feeds", "list").stdout)[1] == "main not yet 0 – –"
    told = run("feeds", "take", "main", code=2).stderr
    assert lines(told)[0] == "feeds/main.csv cannot be read: No such file or directory."
    (shop / "feeds").mkdir()
    rows = "".join(f"p{n},Fruit {n},{n}.50 UAH\n" for n in range(1, 13))
    (shop / "feeds" / "main.csv").write_text(f"id,title,price\n{rows}x,X,1.299\n")
    refused = "  line 14: x `1.299` may be read in two ways: write 1299.00\n"
    says = "main: 12 products, 1 rows were refused\n"
    assert run("feeds", "take", "main", "--dry-run").stdout == says + refused
    assert lines(run("feeds", "list").stdout)[1] == "main not yet 0 – –", "nothing was taken"
    taken = run("feeds", "take", "main").stdout
    assert taken == f"{says}12 changed, 0 are gone.\n{refused}"
    few = written(tmp_path, "id,title,price\np1,[b]Fruit,1.50 UAH\n")
    held = run("feeds", "take", "main", few).stdout
    assert held == (
        "main: The feed has lost 11 of 12 products (92%), so nothing was changed. If that is"
        " meant: maracuja feeds allow main\n"
    )
    (shown,) = parsed(run("feeds", "list", "--json"))
    assert (shown["state"], shown["products"], shown["gone"]) == ("held", 12, 0)
    assert run("feeds", "allow", "main").stdout == "main is taken when the worker looks next.\n"
    allowed = run("feeds", "take", "main", few, "--allow").stdout
    assert allowed == "main: 1 products\n1 changed, 11 are gone.\n"


def test_a_feed_of_another_charset_or_of_this_network_is_refused(
    run: Run,
    define: Define,
    tmp_path: Path,
) -> None:
    define(FEED.replace("main.csv", "https://127.0.0.1/f.csv?key=secret"))
    odd = tmp_path / "odd.csv"
    odd.write_bytes("id,title\np1,Маракуя\n".encode("cp1251"))
    told = run("feeds", "take", "main", str(odd), code=2).stderr
    assert lines(told) == ["The feed is no CSV in UTF-8.", "what to do: Save it as UTF-8."]
    told = run("feeds", "take", "main", code=2).stderr
    assert lines(told)[:2] == [
        "The address leads into a private network.", "where: https://127.0.0.1/f.csv",
    ]  # fmt: skip


# ---------------------------------------------------------------- outlets, bonuses


def test_outlets_are_taken_shown_named_and_closed(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, OUTLETS)
    refused = [
        "line 4: `999` is no coordinate", "line 5: `whenever` says no hours",
        "2 rows were refused.",
    ]  # fmt: skip
    would = run("outlets", "add", file, "--dry-run").stdout
    assert lines(would) == ["2 outlets would be taken.", *refused]
    assert "There are no outlets." in run("outlets", "list").stdout
    assert lines(run("outlets", "add", file).stdout) == ["2 outlets taken.", *refused]
    assert lines(run("outlets", "list").stdout) == [
        "id name city address today open",
        "k1 Centre Kyiv Khreshchatyk 1 00:00–24:00 yes",
        "l1 Market [old] Lviv Rynok 1 00:00–24:00 yes",
    ]
    assert lines(run("outlets", "near", "c0").stdout) == [
        "outlet Market [old] (l1)", "address Lviv, Rynok 1", "today 00:00–24:00",
        "open now yes", "distance –",
    ]  # fmt: skip
    assert parsed(run("outlets", "near", "c1", "--json"))["id"] == "k1"
    assert run("outlets", "close", "k1").stdout == "k1 is closed.\n"
    assert "No outlet is known there." in run("outlets", "near", "c1", code=4).stderr


def test_bonuses_are_entered_shown_and_spent_once(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, BONUSES)
    assert lines(run("bonus", "add", file, "--dry-run").stdout)[-2:] == [
        "line 5: `1.5` is no whole amount", "1 rows were refused.",
    ]  # fmt: skip
    assert lines(run("bonus", "show", "c1").stdout)[0] == "balance 0"
    refused = [
        "line 4: nobody has the external_id `ghost`", "line 5: `1.5` is no whole amount",
        "2 rows were refused.",
    ]  # fmt: skip
    assert lines(run("bonus", "add", file).stdout) == ["2 entered, 0 were before.", *refused]
    assert lines(run("bonus", "add", file).stdout) == ["0 entered, 2 were before.", *refused]
    shown = lines(run("bonus", "show", "c1").stdout)
    assert shown[0] == "balance 150" and shown[1].startswith("ends 100 on 2040-01-02")
    assert shown[2] == "at source key amount ends note"
    assert shown[3].endswith("[welcome]") and len(shown) == 5
    spend = ("bonus", "spend", "c1", "--source", "till", "--key", "9")
    for _ in range(2):
        assert lines(run(*spend, "30").stdout)[0] == "balance 120", "once"
    told = run(*spend, "31", code=5).stderr
    assert told == "`till` `9` was entered with another amount or person.\n"
    told = run(*spend[:-1], "10", "1000", code=5).stderr
    assert lines(told) == ["The balance is 120, less than 1000.", "where: amount"]


# ---------------------------------------------------------------- spending


def test_spending_stands_beside_what_messages_are_worth(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, ADS)
    refused = ["line 4: `much` is no cost", "2 rows were refused."]
    would = lines(run("spend", "add", file, "--dry-run").stdout)
    assert would[0] == "2 days would be taken." and would[1] == refused[0]
    taken = lines(run("spend", "add", file).stdout)
    assert taken[0] == "2 days taken." and taken[-1] == refused[-1]
    told = lines(run("spend", "report", "--from", "2026-05-01", "--until", "2026-05-09").stdout)
    assert told == [
        "2026-05-01 – 2026-05-09", "Advertising",
        "source campaign cost clicks people orders revenue return",
        "google autumn UAH 1,500.50 150 0 0 0.00 0.00",
        "meta – KWD 20.125 30 0 0 0.000 0.00",
    ]  # fmt: skip
    found = parsed(run("spend", "report", "--json"))
    assert [one["campaign"] for one in found["messages"]] == ["hello"]
    assert "Messages, beyond the control group" in run("spend", "report").stdout


def test_days_that_are_none_are_refused(run: Run) -> None:
    told = run("spend", "report", "--from", "yesterday", code=2).stderr
    assert lines(told) == ["`yesterday` is no day.", "what to do: Write it as 2026-11-01."]
    told = run("spend", "report", "--from", "2026-05-09", "--until", "2026-05-01", code=2).stderr
    assert lines(told)[0] == "The days end before they begin, or are too many."
