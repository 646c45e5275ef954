"""Viber by others' word: the vendor's samples, and its own Python library as a second opinion."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from viberbot import Api, BotConfiguration
from viberbot.api import messages
from viberbot.api.viber_requests import create_request

from maracuja import rng
from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.heard import Heard, HeardKind
from maracuja.channels.http import reference
from maracuja.channels.viber import SIGNATURE, Viber
from maracuja.content import Button, Content
from maracuja.errors import ConfigError, UnsupportedFeature, VendorRefusedUs, WebhookRejected
from maracuja.model import ConsentState, Status, TraitSource, Verdict
from maracuja.runtime import channel_trial
from maracuja.runtime.http import HttpTransport
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.serving import serving
from maracuja.simulate.vendors.viber import ViberVendor, signed
from maracuja.store import consents, people, suppressions
from tests.contract.channel_case import NOW, PICTURE, Told, message, recorded
from tests.contract.channel_cases.viber import AT_MS, CASE, SETTINGS, TOKEN, USER
from tests.contract.channel_world import World, opened_world
from tests.contract.viber_api import faults

THEIRS = Api(BotConfiguration(auth_token=TOKEN, name="Maracuja", avatar=None))
RECORDED = recorded("viber")

# What the vendor's own samples have that its tables do not allow.
SAMPLE_FAULTS = {
    "rich_media": {
        '"medium" is not one of "small", "regular" or "large"',
        '"middle" is not one of "left", "center" or "right"',
    },
}


@pytest.fixture
def viber() -> Viber:
    made: Viber = CASE.make()  # type: ignore[assignment]
    return made


@pytest.fixture(scope="module")
def samples(evaluation_data: Path) -> list[tuple[str, dict[str, Any]]]:
    """(page, sample) of the vendor's documentation, read in place."""
    file = evaluation_data / "contracts" / "viber" / "samples.jsonl"
    if not file.is_file():
        pytest.skip("the vendor's samples are not here")
    found = map(msgspec.json.decode, file.read_bytes().splitlines())
    return [(one["page"].removeprefix("bots-api/"), one["sample"]) for one in found]


def given(body: Any) -> Answer:
    return Answer(stage=Stage.GIVEN, code=200, text=msgspec.json.encode(body).decode())


def hear(viber: Viber, event: dict[str, Any], now: datetime = NOW) -> list[Heard]:
    return viber.webhook(signed(msgspec.json.encode(event), TOKEN), now).heard


# ---------------------------------------------------------------- the vendor's samples


@pytest.mark.data
def test_every_sample_of_a_message_is_what_our_schema_takes(
    samples: list[tuple[str, dict[str, Any]]],
) -> None:
    """The schema is ours: what it says of the vendor's own messages is all that is known."""
    seen = []
    for page, sample in samples:
        if page == "data-models/message.md":
            wrong = {fault.partition(": ")[2] for fault in faults(sample)}
            assert wrong == SAMPLE_FAULTS.get(sample["type"], set()), sample["type"]
            seen.append(sample["type"])
    assert len(seen) == 9


KINDS = {
    "conversation_started": HeardKind.OPENED,
    "delivered": HeardKind.RECEIPT,
    "seen": HeardKind.RECEIPT,
    "failed": HeardKind.RECEIPT,
    "message": HeardKind.MESSAGE,
    "subscribed": HeardKind.START,
    "unsubscribed": HeardKind.LEAVE,
}


@pytest.mark.data
def test_every_sample_of_an_event_is_read(
    viber: Viber, samples: list[tuple[str, dict[str, Any]]]
) -> None:
    read = []
    for _, sample in samples:
        if "event" not in sample:
            continue
        then = datetime.fromtimestamp(sample["timestamp"] / 1000, UTC)
        heard = hear(viber, sample, then + timedelta(minutes=30))
        read.append(sample["event"])
        if sample["event"] == "client_status":
            assert heard == [], "payments are not ours"
            continue
        (one,) = heard
        assert one.kind is KINDS[sample["event"]]
        assert one.at_us == sample["timestamp"] * 1000
        if one.kind is HeardKind.RECEIPT:
            assert one.vendor_id == "4912661846655238145", "64 bits, as they came"
        elif one.kind is not HeardKind.LEAVE:
            told = {"language": "en", "country": "UK", "name": "John McClane"}
            assert told.items() <= one.observed.items()
    assert sorted(read) == sorted([*KINDS, "client_status"])


@pytest.mark.data
def test_every_sample_of_an_answer_is_read(
    viber: Viber, samples: list[tuple[str, dict[str, Any]]]
) -> None:
    answers = {page: sample for page, sample in samples if "status_message" in sample}
    sent = viber.decode(given(answers["resources/messaging/send-message.md"]))
    assert (sent.verdict, sent.vendor_id) == (Verdict.ACCEPTED, "1234567890")
    for sample in answers.values():
        assert viber.answered_well(given(sample))
        assert viber.decode(given(sample)).verdict is Verdict.ACCEPTED
    account = viber.account_words(given(answers["resources/app/get-app-info.md"]))
    assert account == "account name, accountUri, 35 subscribers"
    about = viber.about(given(answers["resources/subscribers/subscriber-details.md"]))
    assert about["device_os"] == "android 7.1" and about["device"] == "iPhone9,4"
    assert (about["language"], about["country"]) == ("en", "UK")


@pytest.mark.data
def test_the_webhook_is_set_as_the_sample_sets_it(
    viber: Viber, samples: list[tuple[str, dict[str, Any]]]
) -> None:
    (sample,) = [s for p, s in samples if p == "getting-started/web-hooks.md" and "url" in s]
    ours = msgspec.json.decode(viber.hook_request("https://my.host.com").body)
    assert ours == sample


# ---------------------------------------------------------------- the vendor's library


@pytest.mark.parametrize("one", RECORDED, ids=lambda one: one.name)
def test_its_library_reads_our_recorded_calls_alike(viber: Viber, one: Told) -> None:
    if one.body["event"] == "client_status":
        with pytest.raises(Exception, match="not supported"):
            create_request(one.body)  # newer than the library
        return
    theirs = THEIRS.parse_request(msgspec.json.encode(one.body))
    assert theirs.event_type == one.body["event"]
    for heard in hear(viber, one.body):
        assert heard.at_us == theirs.timestamp * 1000
        person = next(
            (getattr(theirs, at).id for at in ("user", "sender") if hasattr(theirs, at)),
            getattr(theirs, "user_id", ""),
        )
        assert heard.address in ("", person)
        if heard.kind is HeardKind.RECEIPT:
            assert heard.vendor_id == str(theirs.message_token)
        if heard.kind is HeardKind.OPENED:
            assert heard.payload == (theirs.context or "")
        if heard.kind is HeardKind.MESSAGE and one.body["message"]["type"] == "text":
            assert heard.text == theirs.message.text
        if "phone" in heard.declared:
            assert heard.declared["phone"] == f"+{theirs.message.contact.phone_number}"
        if "location" in heard.declared:
            place = theirs.message.location
            assert [*heard.declared["location"].values()] == [place.latitude, place.longitude]


@pytest.mark.parametrize("name", list(CASE.contents))
def test_its_library_takes_our_messages_for_its_own(viber: Viber, name: str) -> None:
    wire = viber.encode(message(CASE, content=CASE.contents[name]), NOW)
    body = msgspec.json.decode(wire.body)
    theirs = messages.get_message(body)
    assert theirs.validate()
    made = {field: value for field, value in theirs.to_dict().items() if value is not None}
    assert made and {field: body.get(field) for field in made} == made


def test_its_signature_check_agrees_with_ours(viber: Viber) -> None:
    bodies = [msgspec.json.encode(one.body) for one in RECORDED]
    chance = rng.stream(7, "viber signatures")
    taken = {True: 0, False: 0}
    for n in range(2_000):
        body = bytearray(bodies[n % len(bodies)])
        digest = signed(bytes(body), TOKEN).headers[SIGNATURE]
        if n % 2:
            body[int(chance.integers(len(body)))] ^= 1 << int(chance.integers(8))
        believed = THEIRS.verify_signature(bytes(body), digest)
        try:
            viber.webhook(Inbound(body=bytes(body), headers={SIGNATURE: digest}), NOW)
            ours = True
        except WebhookRejected:
            ours = False
        assert ours == believed == (n % 2 == 0)
        taken[ours] += 1
    assert taken == {True: 1_000, False: 1_000}


def test_its_client_finds_our_simulated_vendor_to_be_viber(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "viber.bot.api")
    vendor = ViberVendor(token=TOKEN, strangers={"stranger=="})
    vendor.details[USER] = {"device_type": "iPhone9,4"}
    with serving(vendor) as url:
        monkeypatch.setattr("viberbot.api.api.VIBER_BOT_API_URL", url)
        api = Api(BotConfiguration(auth_token=TOKEN, name="Maracuja", avatar=None))
        assert api.get_account_info()["name"] == "Maracuja"
        assert api.get_user_details(USER)["device_type"] == "iPhone9,4"
        sent = [
            messages.TextMessage(text="Hello"),
            messages.PictureMessage(text="Look", media=PICTURE.url),
        ]
        tokens = api.send_messages(USER, sent)
        assert len(set(tokens)) == 2 and [body["type"] for _, body in vendor.shown] == [
            "text",
            "picture",
        ]
        with pytest.raises(Exception, match="status: 6"):
            api.send_messages("stranger==", sent)
        wrong = Api(BotConfiguration(auth_token="wrong", name="x", avatar=None))
        with pytest.raises(Exception, match="status: 2"):
            wrong.send_messages(USER, sent)


# ---------------------------------------------------------------- what is our own


def test_a_call_of_yesterday_is_not_taken(viber: Viber) -> None:
    call = signed(msgspec.json.encode(RECORDED[1].body), TOKEN)
    then = datetime.fromtimestamp(RECORDED[1].body["timestamp"] / 1000, UTC)
    assert viber.webhook(call, then + timedelta(hours=23)).heard
    for late in (timedelta(hours=25), -timedelta(hours=25)):
        with pytest.raises(WebhookRejected, match="too old"):
            viber.webhook(call, then + late)


def test_whoever_opens_the_chat_is_welcomed_once_and_asked(viber: Viber) -> None:
    (opened,) = [one.body for one in RECORDED if one.name == "opened by a link"]
    call = signed(msgspec.json.encode(opened), TOKEN)
    answer = msgspec.json.decode(viber.webhook(call, NOW).body)
    assert "receiver" not in answer and answer["text"] == SETTINGS.welcome
    assert not faults({**answer, "receiver": USER})
    (button,) = answer["keyboard"]["Buttons"]
    assert (button["ActionBody"], button["Silent"]) == ("/start poster-1", True)
    (pressed,) = [one for one in RECORDED if one.name == "the welcome's button"]
    assert hear(viber, pressed.body)[0].kind is HeardKind.START

    subscribed = signed(msgspec.json.encode({**opened, "subscribed": True}), TOKEN)
    assert viber.webhook(subscribed, NOW).body == b""
    quiet = Viber(msgspec.structs.replace(SETTINGS, welcome=""))
    assert quiet.webhook(call, NOW).body == b""
    strange = signed(msgspec.json.encode({**opened, "context": 'x" y'}), TOKEN)
    answer = msgspec.json.decode(viber.webhook(strange, NOW).body)
    assert answer["keyboard"]["Buttons"][0]["ActionBody"] == "/start"


def test_rows_fill_the_grid(viber: Viber) -> None:
    for n in range(1, 7):
        buttons = tuple(Button(text="x", reply="x", beside=True) for _ in range(n))
        wire = viber.encode(message(CASE, content=Content(text="x", buttons=buttons)), NOW)
        cells = msgspec.json.decode(wire.body)["keyboard"]["Buttons"]
        assert sum(cell["Columns"] for cell in cells) == 6 and len(cells) == n


def test_a_key_is_written_into_the_chat_unless_it_sets_a_trait(viber: Viber) -> None:
    keys = (
        Button(text="Later", reply="later"),
        Button(text="M", reply="sealed", sets="size=M"),
    )

    def cells(content: Content) -> list[tuple[str, bool]]:
        body = msgspec.json.decode(viber.encode(message(CASE, content=content), NOW).body)
        buttons = body["keyboard"]["Buttons"]
        return [(one["ActionBody"], one.get("Silent", False)) for one in buttons]

    assert cells(Content(text="x", keyboard=keys)) == [("Later", False), ("tap:sealed", True)]
    assert cells(Content(text="x", buttons=keys)) == [("tap:later", True), ("tap:sealed", True)]


def test_only_what_needs_a_newer_client_asks_for_one(viber: Viber) -> None:
    def version(name: str) -> int:
        wire = viber.encode(message(CASE, content=CASE.contents[name]), NOW)
        return int(msgspec.json.decode(wire.body)["min_api_version"])

    assert [version(name) for name in ("text", "buttons", "keyboard", "cards")] == [1, 1, 3, 7]


def test_a_message_says_which_it_is_and_what_it_asks_for(viber: Viber) -> None:
    sent = message(CASE, content=CASE.contents["keyboard"])
    tracked = msgspec.json.decode(viber.encode(sent, NOW).body)["tracking_data"]
    assert tracked == f"{reference(sent)} location phone"


def test_a_device_without_bots_rests_for_a_month(viber: Viber) -> None:
    result = viber.decode(given({"status": 11, "status_message": "receiverNoSuitableDevice"}))
    assert (result.verdict, result.rest_s) == (Verdict.PERMANENT, 30 * 86_400)
    assert viber.decode(given({"status": 6})).rest_s == 0


def test_a_sender_of_its_own_is_shown_and_a_long_one_refused(viber: Viber) -> None:
    body = msgspec.json.decode(viber.encode(message(CASE, sender="The bakery"), NOW).body)
    assert body["sender"]["name"] == "The bakery"
    with pytest.raises(UnsupportedFeature, match="28"):
        viber.encode(message(CASE, sender="x" * 29), NOW)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"token": "short"}, "token"),
        ({"sender_name": ""}, "sender_name"),
        ({"sender_avatar": "http://shop.example/a.jpg"}, "sender_avatar"),
        ({"base_url": "http://chatapi.viber.com/pa"}, "base_url"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, str], where: str) -> None:
    with pytest.raises(ConfigError) as fault:
        msgspec.structs.replace(SETTINGS, **changes)
    assert fault.value.where == where


# ---------------------------------------------------------------- the whole way


def state(world: World, address: str) -> tuple[int, ConsentState, bool]:
    """A person, what they said about the news on Viber, and whether they are suppressed."""
    with world.app.store.read() as conn:
        pid = int(people.find(conn, ["viber"], [address])[0])
        said = ConsentState(int(consents.states(conn, [pid], "news", "viber")[0]))
        digest = suppressions.digest(world.app.secrets.suppression_salt, "viber", address)
        out = suppressions.blocked(conn, "viber", [digest], AT_MS * 1000, marketing=False)
    return pid, said, bool(out[0])


def test_consent_facts_and_numbers_are_kept_with_their_source(tmp_path: Path) -> None:
    with opened_world(tmp_path, CASE, faults=Faults()) as world:
        vendor = world.vendor
        assert isinstance(vendor, ViberVendor)

        def told() -> tuple[int, ConsentState, bool]:
            assert set(world.call(vendor.calls())) == {200}
            world.settle(seconds=1)
            return state(world, USER)

        vendor.open(USER, "poster-1", at_ms=AT_MS, name="Olena", language="uk")
        pid, said, out = told()
        assert pid and said is ConsentState.UNKNOWN and not out, "to look is no consent"
        vendor.write(USER, at_ms=AT_MS, text="/start poster-1")
        assert told() == (pid, ConsentState.OPTED_IN, False)
        vendor.unsubscribe(USER, at_ms=AT_MS + 1_000)
        assert told() == (pid, ConsentState.OPTED_OUT, True)
        vendor.write(USER, at_ms=AT_MS + 2_000, text="Where is my order?")
        assert told() == (pid, ConsentState.OPTED_OUT, False), "may be answered, not sold to"

        asking = Content(text="Your number?", keyboard=(Button(text="Share", ask="phone"),))
        wire = CASE.make().encode(message(CASE, content=asking), NOW)
        assert vendor.take(wire).code == 200
        vendor.press(USER, 0, at_ms=AT_MS + 3_000)
        told()
        with world.app.store.read() as conn:
            traits = people.get(conn, pid).traits
            (owner,) = people.find(conn, ["phone"], ["+380671112233"]).tolist()
        assert owner == pid, "the number is theirs from now on"
        assert (traits["phone"].value, traits["phone"].source) == (
            "+380671112233",
            TraitSource.DECLARED,
        )
        assert (traits["language"].value, traits["language"].source) == (
            "uk",
            TraitSource.OBSERVED,
        )
        assert traits["country"].value == "UA" and traits["first_name"].value == "Olena"


def test_the_device_is_learned_by_asking(tmp_path: Path) -> None:
    with opened_world(tmp_path, CASE, faults=Faults()) as world:
        vendor = world.vendor
        assert isinstance(vendor, ViberVendor)
        vendor.details[USER] = {"device_type": "iPhone9,4", "primary_device_os": "iOS 17"}
        vendor.subscribe(USER, at_ms=AT_MS)
        world.call(vendor.calls())
        world.settle(seconds=1)
        channel = CASE.make()
        assert isinstance(channel, Viber)
        found = channel_trial.learn(world.app.store, channel, vendor, [USER], world.clock.now())
        assert found == {USER: {"device": "iPhone9,4", "device_os": "iOS 17"}}
        world.settle(seconds=1)
        pid, said, _ = state(world, USER)
        with world.app.store.read() as conn:
            trait = people.get(conn, pid).traits["device"]
        assert (trait.value, trait.source) == ("iPhone9,4", TraitSource.OBSERVED)
        assert said is ConsentState.OPTED_IN and "Chat Opened" not in world.counts()
        vendor.token = "another"
        assert channel_trial.learn(world.app.store, channel, vendor, [USER], NOW) == {USER: {}}


def test_a_token_that_is_no_good_is_found_out_though_the_answer_is_200() -> None:
    vendor = ViberVendor(token=TOKEN)
    with serving(vendor) as url:
        good = Viber(msgspec.structs.replace(SETTINGS, base_url=url))
        words = channel_trial.check_account(good, HttpTransport(good, lambda: NOW))
        assert words == "Maracuja, maracuja, 35 subscribers"
        hook = "https://go.shop.example/w/viber/main"
        channel_trial.connect(good, HttpTransport(good, lambda: NOW), hook)
        assert vendor.webhook == hook
        bad = Viber(msgspec.structs.replace(SETTINGS, base_url=url, token="another" * 4))
        with pytest.raises(VendorRefusedUs, match="does not take our account"):
            channel_trial.check_account(bad, HttpTransport(bad, lambda: NOW))


def test_each_receipt_names_its_status(viber: Viber) -> None:
    told = {
        one.body["event"]: hear(viber, one.body)[0].status
        for one in RECORDED
        if one.body["event"] in ("delivered", "seen", "failed")
    }
    assert told == {"delivered": Status.DELIVERED, "seen": Status.READ, "failed": Status.FAILED}
