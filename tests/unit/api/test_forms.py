"""Signing up on a hosted form: asked, confirmed by the address, and nothing for anybody else."""

from __future__ import annotations

from typing import Any

import pytest

from maracuja.store import bonus, consents, people, signups
from tests.unit.api.api_world import World
from tests.unit.api.form_world import (
    BROWSER,
    FORM,
    letters,
    link_in,
    open_form,
    press,
    put_form,
    said,
    send,
    wait,
)

NEW = "new@shop.example"


def test_a_sign_up_is_pending_until_the_address_confirms_it(world: World) -> None:
    put_form(world)
    answer = send(world, {"email": " New@Shop.example ", "first_name": "Olena"})
    assert answer.status_code == 200 and "One more step" in answer.text
    assert said(world, NEW) == [("harvest", "email", "pending", "form:news")]
    (letter,) = letters(world)
    assert letter["to"] == NEW and letter["subject"] == "Please confirm: Fruit & Co"
    pid = world.items(f"/api/people?who={NEW}")[0]["pid"]
    assert "Olena" not in world.ask("GET", f"/api/people/{pid}").text, "not theirs before"

    path = link_in(letter)
    for method in ("HEAD", "GET"):  # scanners follow every link
        shown = world.ask(method, path, key=None, headers=BROWSER)
        assert shown.status_code == 200
    assert "n…@shop.example" in shown.text and NEW not in shown.text
    assert len(said(world, NEW)) == 1

    done = press(world, path)
    assert done.status_code == 200 and "It is done" in done.text
    words = said(world, NEW)
    assert words[-1] == ("harvest", "email", "opted_in", "form:news") and len(words) == 2
    assert world.items(f"/api/people?who={NEW}")[0]["name"] == "Olena"
    press(world, path)
    assert said(world, NEW) == words, "a second press says nothing new"


def test_the_proof_is_kept_with_the_consent(world: World) -> None:
    put_form(world)
    send(
        world,
        {"email": NEW, "page": "https://shop.example/fruit?x=1", "source": "Poster"},
        client="203.0.113.77",
        headers={"user-agent": "Firefox"},
    )
    wait(world, 60)
    press(world, link_in(letters(world)[0]))
    with world.app.store.read() as conn:
        pid = int(people.find(conn, ["email"], [NEW])[0])
        (row,) = signups.of_people(conn, [pid])
        ledger = consents.history(conn, pid)
    proof = row.proof
    assert proof.text == "Fruit & Co may write to me." and proof.text_version == "2026-11"
    assert (proof.language, proof.country, proof.how) == ("en", "UA", "button")
    assert proof.ip == "203.0.113.0" and proof.user_agent == "Firefox"
    assert proof.page == "https://shop.example/fruit" and row.source == "poster"
    assert row.confirmed_us > row.asked_us and row.answers == {}
    assert ledger[-1].message_id == row.id and ledger[-1].text_version == "2026-11"
    assert ledger[-1].address == NEW and ledger[-1].language == "en"


def test_the_answer_is_the_same_whoever_the_address_is(world: World) -> None:
    put_form(world)
    world.ask(
        "POST",
        f"/api/people/{world.items('/api/people?who=u3')[0]['pid']}/consents",
        json={"topic": "harvest", "channel": "email", "state": "opted_in", "source": "till"},
    )
    known = send(world, {"email": "p3@shop.example", "first_name": "Mallory"})
    unknown = send(world, {"email": NEW})
    assert known.text == unknown.text and known.status_code == unknown.status_code
    assert said(world, "u3")[-1][2:] == ("opted_in", "till"), "nobody else takes it away"
    assert world.items("/api/people?who=u3")[0]["name"] == "Name3"


def test_sending_it_again_writes_no_second_letter(world: World) -> None:
    put_form(world)
    given = {**open_form(world), "email": NEW}
    for _ in range(3):
        assert send(world, given, after_s=3).status_code == 200
    assert len(letters(world)) == 1
    send(world, {"email": NEW})
    assert len(letters(world)) == 1, "asked again too soon"
    for expected in (2, 3, 3, 3):
        wait(world, 3_600)
        send(world, {"email": NEW})
        assert len(letters(world)) == expected, "three a day at most"
    with world.app.store.read() as conn:
        steps = {(c.step.name, c.n) for c in signups.counts(conn) if c.step > 1}
    assert ("SUBMITTED", 6) in steps


@pytest.mark.parametrize("field", ["email", "consent"])
def test_what_is_missing_is_said_beside_the_field(world: World, field: str) -> None:
    put_form(world)
    answer = send(world, {"email": NEW, "first_name": "<b>Olena</b>", field: ""})
    assert answer.status_code == 200 and f'id="fault-{field}"' in answer.text
    assert 'role="alert"' in answer.text and "&lt;b&gt;Olena" in answer.text
    assert letters(world) == []


def test_programs_are_not_taken_for_people(world: World) -> None:
    put_form(world)
    assert "once more" in send(world, {"email": NEW}, after_s=0).text
    trapped = send(world, {"email": NEW, "website": "https://spam.example"})
    assert "One more step" in trapped.text
    stale = send(world, {"email": NEW}, after_s=2 * 86_400)
    assert "once more" in stale.text
    forged = send(
        world, {**open_form(world), "stamp": "form|news|1|UA|en|1|x~AAAAAAAA", "email": NEW}
    )
    assert "once more" in forged.text
    assert letters(world) == []
    elsewhere = send(world, {"email": NEW}, headers={"origin": "https://evil.example"})
    assert elsewhere.status_code == 403
    for _ in range(12):
        hasty = send(world, {"email": NEW, "website": "x"}, client="203.0.113.9")
    assert hasty.status_code == 429 and hasty.headers["retry-after"] == "60"
    assert send(world, {"email": NEW}, client="203.0.113.10").status_code == 200


def test_a_link_is_good_for_its_days_and_not_after_an_opt_out(world: World) -> None:
    put_form(world)
    send(world, {"email": NEW})
    first = link_in(letters(world)[0])
    wait(world, 8 * 86_400)
    for answer in (world.ask("GET", first, key=None), press(world, first)):
        assert answer.status_code == 410 and "/f/news?lang=en" in answer.text
    assert said(world, NEW)[-1][2] == "pending"

    send(world, {"email": NEW})
    second = link_in(letters(world)[-1])
    pid = world.items(f"/api/people?who={NEW}")[0]["pid"]
    wait(world, 5)
    out = {"topic": "harvest", "channel": "email", "state": "opted_out"}
    assert world.ask("POST", f"/api/people/{pid}/consents", json=out).status_code == 200
    assert press(world, second).status_code == 410
    assert said(world, NEW)[-1][2] == "opted_out"

    wait(world, 90_000)
    send(world, {"email": NEW})
    assert said(world, NEW)[-1][2] == "opted_out", "asking alone takes nothing back"
    assert press(world, link_in(letters(world)[-1])).status_code == 200
    assert [word[2] for word in said(world, NEW)][-2:] == ["pending", "opted_in"]
    with world.app.store.read() as conn:
        sure = consents.confirmed(conn, [pid], "harvest", "email")
    assert sure.tolist() == [pid], "as laws that ask for a confirmation count it"


def test_without_a_double_opt_in_it_holds_at_once_and_changes_nothing_known(world: World) -> None:
    put_form(world, double_opt_in=False, countries={"DE": {"double_opt_in": True}})
    answer = send(world, {"email": NEW, "first_name": "Olena"})
    assert "You will hear from us" in answer.text and letters(world) == []
    assert said(world, NEW)[-1][2] == "opted_in"
    send(world, {"email": "p5@shop.example", "first_name": "Mallory"})
    assert world.items("/api/people?who=u5")[0]["name"] == "Name5"

    german = {**open_form(world, query="?country=DE"), "email": "x@shop.example"}
    send(world, german)
    assert said(world, "x@shop.example")[-1][2] == "pending"
    pid = world.items("/api/people?who=u7")[0]["pid"]
    out = {"topic": "harvest", "channel": "email", "state": "opted_out"}
    world.ask("POST", f"/api/people/{pid}/consents", json=out)
    wait(world, 60)
    send(world, {"email": "p7@shop.example"})
    assert said(world, "u7")[-1][2] == "opted_out", "who had left is asked"
    assert letters(world)[-1]["to"] == "p7@shop.example"


def test_answers_to_the_questions_are_worth_a_bonus_once(world: World) -> None:
    from maracuja.store import feed

    put_form(
        world,
        questions=[
            {"trait": "birthday", "labels": {"en": "Birthday"}, "type": "date"},
            {"trait": "likes", "labels": {"en": "You like"}, "type": "choice",
             "options": [{"value": "sour"}, {"value": "sweet"}]},
        ],
        bonus={"says": {"en": "50 points"}, "points": 50},
    )  # fmt: skip
    send(world, {"email": NEW})
    done = press(world, link_in(letters(world)[0]))
    assert "50 points" in done.text
    to = done.text.partition('action="')[2].partition('"')[0]
    assert to.endswith("/answers")
    assert 'id="fault-birthday"' in press(world, to).text, "nothing for nothing"
    assert 'id="fault-likes"' in press(world, to, likes="bitter").text
    for _ in range(2):
        assert "You get: 50 points" in press(world, to, likes="sour", birthday="1990-05-01").text
    with world.app.store.read() as conn:
        told = feed.read(conn, 0)
    promised = [e for e in told.event if e == "Bonus Promised"]
    assert len(promised) == 1
    pid = world.items(f"/api/people?who={NEW}")[0]["pid"]
    traits = {t["name"]: t["value"] for t in world.get(f"/api/people/{pid}")["traits"]}
    assert traits["likes"] == "sour" and traits["birthday"] == "1990-05-01"
    with world.app.store.read() as conn:
        (entry,) = bonus.of_people(conn, [pid])
    assert (entry.amount, entry.source) == (50, "form:news")


def test_a_phone_confirms_with_the_code_of_its_message(world: World) -> None:
    put_form(world, channels=["sms"])
    page = send(world, {"phone": "050 123 45 67"}).text
    (letter,) = letters(world)
    code = letter["text"][:6]
    assert letter["channel"] == "sms" and letter["to"] == "+380501234567" and code.isdigit()
    assert code not in page
    ref = page.partition('name="ref" value="')[2].partition('"')[0]
    wrong = f"{(int(code) + 1) % 10**6:06d}"

    def enter(given: str) -> Any:
        headers = {**BROWSER, "origin": "http://127.0.0.1:8080"}
        return world.ask(
            "POST", "/f/news/code", key=None, headers=headers, data={"ref": ref, "code": given}
        )

    assert "not the code" in enter(wrong).text
    assert said(world, "+380501234567")[-1][2] == "pending"
    assert "It is done" in enter(code).text
    assert said(world, "+380501234567")[-1][2] == "opted_in"


def test_a_code_cannot_be_guessed(world: World) -> None:
    put_form(world, channels=["sms"])
    page = send(world, {"phone": "050 123 45 67"}).text
    code = letters(world)[0]["text"][:6]
    ref = page.partition('name="ref" value="')[2].partition('"')[0]
    headers = {**BROWSER, "origin": "http://127.0.0.1:8080"}
    for n in range(1, 7):
        given = f"{(int(code) + n) % 10**6:06d}" if n < 6 else code
        data = {"ref": ref, "code": given}
        answer = world.ask(
            "POST", "/f/news/code", key=None, headers=headers, data=data, client=f"203.0.113.{n}"
        )
    assert "not the code" in answer.text, "five tries"


def test_the_page_speaks_the_languages_and_shows_what_is_set(world: World) -> None:
    put_form(
        world,
        look={"colour": "#ffcc00", "logo": "https://cdn.example/logo.png"},
        origins=["https://shop.example"],
        countries={"DE": {"consent": {"en": "Ja."}, "consent_version": "de-1"}},
    )
    page = world.ask("GET", "/f/news?lang=uk", key=None)
    assert '<html lang="uk">' in page.text and "Коли приїде маракуя" in page.text
    assert "color:#000" in page.text and "#ffcc00" in page.text
    policy = page.headers["content-security-policy"]
    assert "img-src https://cdn.example;" in policy and "script" not in policy
    assert "frame-ancestors https://shop.example" in policy
    assert page.headers["referrer-policy"] == "same-origin"
    german = world.ask("GET", "/f/news", key=None, headers={"accept-language": "de-DE,en"})
    assert "Ja." in german.text
    mongolian = world.ask("GET", "/f/news?lang=mn", key=None)
    assert "Бүртгүүлэх" in mongolian.text
    assert world.ask("GET", "/f/none", key=None).status_code == 404
    for kind in ("GET", "HEAD"):
        assert world.ask(kind, "/y/nonsense", key=None).status_code == 404


def test_a_form_that_fits_nothing_is_refused(world: World) -> None:
    put_form(world)
    for wrong, word in (
        ({"topics": ["none"]}, "no topic"),
        ({"channels": ["viber"]}, "not sent on viber"),
        ({"channels": ["pigeon"]}, "no channel"),
        ({"bonus": {"says": {"en": "x"}}}, "questions"),
        ({"redirect": "http://x"}, "redirect"),
        ({"look": {"colour": "red"}}, "colour"),
    ):
        answer = world.put("form", "bad", **{**FORM, **wrong})
        assert answer.status_code == 422 and word in answer.text, answer.text


def test_a_bonus_can_be_a_code_the_same_one_again(world: World) -> None:
    from maracuja.runtime import coupon_work

    asked = [{"trait": "likes", "labels": {"en": "You like"}}]
    bonus = {"says": {"en": "a coupon"}, "coupons": "thanks"}
    wrong = world.put("form", "news", **{**FORM, "questions": asked, "bonus": bonus})
    assert wrong.status_code == 422
    assert world.put("coupons", "thanks").status_code == 200
    put_form(world, questions=asked, bonus=bonus)
    coupon_work.generate(world.app.ground, "thanks", 1, world.app.clock.now(), actor="test")
    codes = []
    for n, address in enumerate((NEW, "late@shop.example")):
        send(world, {"email": address})
        done = press(world, link_in(letters(world)[-1]))
        to = done.text.partition('action="')[2].partition('"')[0]
        for _ in range(2 - n):
            told = press(world, to, likes="sour").text
            codes.append(told.partition("<strong>")[2].partition("</strong>")[0])
    assert len(codes[0]) == 8 and codes[1] == codes[0], "one code, shown again"
    assert codes[2] == "" and "You get: a coupon" in told, "none is left for the second"


def test_a_script_on_another_origin_is_told_what_it_needs(world: World) -> None:
    put_form(world, origins=["https://shop.example"], redirect="https://shop.example/thanks")
    page = {"origin": "https://shop.example", "accept": "application/json"}
    told = world.ask("GET", "/f/news/fields?lang=uk&source=Landing", key=None, headers=page)
    assert told.headers["access-control-allow-origin"] == "https://shop.example"
    form = told.json()
    assert form["title"] == "Коли приїде маракуя" and form["source"] == "landing"
    assert [one["name"] for one in form["fields"]] == ["email", "first_name"]
    wait(world, 5)
    given = {"email": NEW, "stamp": form["stamp"], "source": "landing"}
    faulty = world.ask("POST", "/f/news", key=None, headers=page, data=given).json()
    assert not faulty["ok"] and list(faulty["faults"]) == ["consent"] and faulty["stamp"]
    whole = {**given, "consent": "yes"}
    done = world.ask("POST", "/f/news", key=None, headers=page, data=whole).json()
    assert done["ok"] and done["redirect"] == "https://shop.example/thanks"
    assert said(world, NEW)[-1][2] == "pending"
    other = {**page, "origin": "https://evil.example"}
    for method, path in (("GET", "/f/news/fields"), ("POST", "/f/news")):
        refused = world.ask(method, path, key=None, headers=other, data=whole)
        assert refused.status_code == 403
        assert "access-control-allow-origin" not in refused.headers
    assert world.ask("POST", "/f/news/begun", key=None, headers=other).status_code == 204
    script = world.ask("GET", "/f/news.js", key=None)
    assert script.headers["content-type"].startswith("text/javascript")
    again = {"if-none-match": script.headers["etag"]}
    assert world.ask("GET", "/f/news.js", key=None, headers=again).status_code == 304
    hosted = send(world, {"email": "x@shop.example"})
    assert hosted.status_code == 303 and hosted.headers["location"].endswith("/thanks")
    assert (
        "form-action 'self' https://shop.example;"
        in world.ask("GET", "/f/news", key=None).headers["content-security-policy"]
    )


def test_a_form_can_ask_for_topics_several_addresses_and_chats(world: World) -> None:
    assert world.put("topic", "recipes", names={"en": "Recipes"}).status_code == 200
    put_form(world, topics=["harvest", "recipes"])
    assert 'id="fault-topics"' in send(world, {"email": NEW}).text
    send(world, {"email": NEW, "topic": "recipes"})
    press(world, link_in(letters(world)[-1]))
    assert {word[0] for word in said(world, NEW)} == {"recipes"}

    put_form(world, "both", channels=["email", "sms"])
    assert 'id="fault-address"' in send(world, {}, name="both").text
    send(world, {"email": "b@shop.example", "phone": "050 123 45 68"}, name="both")
    mail = next(one for one in letters(world) if one["to"] == "b@shop.example")
    press(world, link_in(mail))
    assert world.items("/api/people?who=b@shop.example") != world.items(
        "/api/people?who=%2B380501234568"
    )
    with world.app.store.write() as conn:
        row = signups.newest(conn, "both", "sms", "+380501234568")
        assert row is not None
        from maracuja.api.form_wiring import form_desk

        desk = form_desk(world.app)
        now = world.app.clock.now()
        assert desk.signing.confirm(conn, row.id, now, how="code", ip="", agent="")
    assert world.items("/api/people?who=b@shop.example") == world.items(
        "/api/people?who=%2B380501234568"
    ), "both addresses are the one person's who confirmed them"
