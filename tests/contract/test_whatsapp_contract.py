"""WhatsApp against what others say: Meta's own description and samples, and the library `pywa`."""

from __future__ import annotations

import json
from typing import Any

import httpx
import msgspec
import pytest
from pywa import WhatsApp as Pywa
from pywa import types as pywa_types
from pywa.types import templates as pywa_templates
from pywa.utils import webhook_updates_validator

from maracuja import rng
from maracuja.channels.heard import HeardKind
from maracuja.channels.meta import SIGNATURE_HEADER
from maracuja.channels.whatsapp import WhatsApp
from maracuja.content import Button, Content
from maracuja.errors import WebhookRejected
from maracuja.model import Address
from maracuja.simulate.vendors.whatsapp import signed
from tests.contract import meta_api
from tests.contract.channel_case import NOW, PICTURE, Told, message, recorded
from tests.contract.channel_cases.whatsapp import (
    CARD,
    CASE,
    LINK,
    LINKED,
    NUMBER_ID,
    SECRET,
    SETTINGS,
    USER,
    replies,
)

CALLS = {one.name: one for one in recorded("whatsapp")}


def body_of(content: Content, to: str = USER) -> dict[str, Any]:
    made = message(CASE, content=content, to=Address(kind="whatsapp", value=to))
    body: dict[str, Any] = msgspec.json.decode(WhatsApp(SETTINGS).encode(made, NOW).body)
    return body


# ---------------------------------------------------------------- Meta's description


@pytest.mark.data
def test_metas_description_needs_its_repairs() -> None:
    """As Meta wrote it, it refuses every one of its own examples; repaired, it takes 31 of 50."""
    examples = meta_api.examples()
    kinds = meta_api.description()["components"]["schemas"]["Message"]["discriminator"]["mapping"]

    def taken(schemas: dict[str, Any]) -> set[str]:
        return {
            name
            for name, value in examples.items()
            if value.get("type") in kinds
            and not meta_api.errors(schemas, meta_api.schema_of(value), value)
        }

    assert len(examples) == 50
    assert taken(meta_api.as_written()) == set()
    assert len(taken(meta_api.repaired())) == 31
    assert taken(meta_api.completed()) == taken(meta_api.repaired()), "nothing is let in by us"


@pytest.mark.data
def test_what_metas_description_lacks() -> None:
    schemas = meta_api.repaired()
    plain = body_of(Content(text="Hello"), "+380671234567")
    assert meta_api.errors(schemas, "TextMessage", plain), "it knows no biz_opaque_callback_data"
    del plain["biz_opaque_callback_data"]
    assert meta_api.errors(schemas, "TextMessage", plain) == []
    for name in ("link", "place", "cards"):
        body = body_of(CASE.contents[name], "+380671234567")
        del body["biz_opaque_callback_data"]
        assert meta_api.errors(schemas, "InteractiveMessage", body), name
    written = meta_api.as_written()["TemplateComponent"]["properties"]["index"]["pattern"]
    assert written == meta_api.LEAKED_PATTERN, "marks of footnotes stand in the pattern"
    for value in meta_api.calls().values():
        assert meta_api.errors(schemas, "WebhookPayload", value), "no call of its own fits it"


@pytest.mark.data
@pytest.mark.parametrize("to", [USER, "+380671234567"])
def test_every_kind_of_message_fits_metas_description(to: str) -> None:
    for name, content in CASE.contents.items():
        made = message(CASE, content=content, to=Address(kind="whatsapp", value=to))
        meta_api.fits(WhatsApp(SETTINGS).encode(made, NOW))
        assert name


@pytest.mark.data
def test_metas_description_as_we_use_it_still_refuses() -> None:
    schemas = meta_api.completed()
    good = body_of(CASE.contents["answers"])
    assert meta_api.errors(schemas, "InteractiveMessage", good) == []
    bad = [
        lambda b: b.pop("recipient"),
        lambda b: b.update(to="380671234567"),
        lambda b: b.update(nonsense=1),
        lambda b: b["interactive"].update(type="knobs"),
        lambda b: b["interactive"]["body"].update(text="x" * 1025),
        lambda b: b["interactive"]["action"]["buttons"][0]["reply"].update(title="x" * 21),
        lambda b: b["interactive"]["action"]["buttons"].clear(),
    ]
    for spoil in bad:
        body = json.loads(json.dumps(good))
        spoil(body)
        assert meta_api.errors(schemas, "InteractiveMessage", body)


@pytest.mark.data
def test_every_call_that_meta_shows_is_read() -> None:
    """Of its 16 samples, 13 are of people; those about groups tell nothing to us."""
    heard = {}
    for name, value in meta_api.calls().items():
        hook = WhatsApp(SETTINGS).webhook(signed(json.dumps(value).encode(), SECRET), NOW)
        heard[name] = [one.kind for one in hook.heard]
    assert len(heard) == 16
    groups = {name for name in heard if name.startswith("Group")}
    assert len(groups) == 3 and all(heard.pop(name) == [] for name in groups)
    special = {
        "Button Message": [HeardKind.LEAVE],  # its button says Unsubscribe
        "Interactive List Reply Message": [HeardKind.TAP],
        "Interactive Button Reply Message": [HeardKind.TAP],
        "System Message": [HeardKind.MOVED],
    }
    assert heard == {name: special.get(name, [HeardKind.MESSAGE]) for name in heard}


# ---------------------------------------------------------------- pywa


@pytest.fixture
def sent() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def pywa(sent: list[dict[str, Any]]) -> Pywa:
    """The library with a line that only listens."""

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content))
        told = {"contacts": [{"input": "x", "wa_id": "380671234567", "user_id": USER}]}
        return httpx.Response(200, json={**told, "messages": [{"id": "wamid.1"}]})

    session = httpx.Client(
        transport=httpx.MockTransport(answer), base_url="https://graph.facebook.com"
    )
    return Pywa(phone_id=NUMBER_ID, token="x", session=session)


def same(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Both are one message, but for our id and what Meta asks for in vain."""
    ours = {k: v for k, v in ours.items() if k != "biz_opaque_callback_data"}
    if "template" in ours:
        assert ours["template"]["language"].pop("policy") == "deterministic"
        theirs["template"]["language"].pop("policy", None)
    assert _plain(ours) == _plain(theirs)


def _plain(value: Any) -> Any:
    """Numbers of buttons as texts, kinds in small letters; nothing where it is empty."""
    if isinstance(value, dict):
        found = {k: _plain(v) for k, v in value.items() if v is not None}
        return found | {
            k: str(found[k]).lower() for k in ("type", "sub_type", "index") if k in found
        }
    return [_plain(one) for one in value] if isinstance(value, list) else value


def test_pywa_writes_the_same_messages(pywa: Pywa, sent: list[dict[str, Any]]) -> None:
    buttons = [pywa_types.Button(b.text, callback_data=b.reply) for b in replies(3)]
    pywa.send_message(USER, "Come?", buttons=buttons)
    same(body_of(Content(text="Come?", buttons=replies(3))), sent[-1])
    pywa.send_image(USER, image=PICTURE.url, caption="Come?", buttons=buttons[:2])
    same(body_of(Content(text="Come?", media=(PICTURE,), buttons=replies(2))), sent[-1])
    pywa.send_message(USER, "Hello", preview_url=False)
    same(body_of(Content(text="Hello")), sent[-1])
    pywa.send_message(USER, "See it", buttons=pywa_types.URLButton(LINK.text, url=LINK.url))
    same(body_of(Content(text="See it", buttons=(LINK,))), sent[-1])
    rows = [pywa_types.SectionRow(title=b.text, callback_data=b.reply) for b in replies(5)]
    sections = [pywa_types.Section(title="x", rows=rows)]
    pywa.send_message(USER, "When?", buttons=pywa_types.SectionList("Choose", sections=sections))
    (section,) = sent[-1]["interactive"]["action"]["sections"]
    del section["title"]
    same(body_of(Content(text="When?", buttons=replies(5))), sent[-1])
    pywa.request_location(USER, "Where to?")
    place = (Button(text="Here", ask="location"),)
    same(body_of(Content(text="Where to?", buttons=place)), sent[-1])


def test_pywa_writes_the_same_cards(pywa: Pywa, sent: list[dict[str, Any]]) -> None:
    text = f"*{CARD.title}*\n{CARD.text}"
    answers = [pywa_types.Button(b.text, callback_data=b.reply) for b in CARD.buttons]
    link = pywa_types.URLButton(LINK.text, url=LINK.url)
    for ours, buttons in ((CARD, answers), (LINKED, link)):
        card = pywa_types.ImageCarouselCard(image=CARD.picture, body=text, buttons=buttons)
        pywa.send_carousel(USER, body="For you", cards=[card, card])
        same(body_of(Content(text="For you", cards=(ours, ours))), sent[-1])


def test_pywa_fills_templates_alike(pywa: Pywa, sent: list[dict[str, Any]]) -> None:
    body = pywa_templates.BodyText("x {{1}} {{2}}", "a", "b")
    params = [
        body.params("Maria", "10 %"),
        pywa_templates.QuickReplyButton.params(callback_data="r0", index=0),
        pywa_templates.QuickReplyButton.params(callback_data="r1", index=1),
        pywa_templates.URLButton.params(url_variable="c/abc", index=2),
        pywa_templates.CopyCodeButton.params(coupon_code="SALE10", index=3),
    ]
    language = pywa_templates.TemplateLanguage.UKRAINIAN
    pywa.send_template(USER, name="spring_sale", language=language, params=params)
    same(body_of(CASE.contents["template with buttons"]), sent[-1])


def test_pywa_reads_the_same_calls(pywa: Pywa) -> None:
    kinds = {
        "text": pywa_types.Message,
        "reply": pywa_types.Message,
        "image": pywa_types.Message,
        "document": pywa_types.Message,
        "answer pressed": pywa_types.CallbackButton,
        "row chosen": pywa_types.CallbackSelection,
        "button of a template": pywa_types.CallbackButton,
        "delivered": pywa_types.MessageStatus,
        "undeliverable": pywa_types.MessageStatus,
        "stopped marketing": pywa_types.MessageStatus,
        "stop in the settings": pywa_types.UserMarketingPreferences,
    }
    for name, kind in kinds.items():
        theirs = kind.from_update(client=pywa, update=CALLS[name].body)
        first = heard(CALLS[name])[0]
        assert first.address == theirs.from_user.bsuid, name
        assert first.at_us == int(theirs.timestamp.timestamp()) * 1_000_000
        if first.kind is HeardKind.RECEIPT:
            assert first.reference == theirs.tracker and first.vendor_id == theirs.id
            failed = {"bounced": "failed"}.get(str(first.status), str(first.status))
            assert failed == theirs.status.value
        elif first.kind is HeardKind.TAP:
            assert (first.payload, first.text) == (theirs.data, theirs.title)
        elif first.kind is HeardKind.LEAVE:
            assert theirs.value.value == "stop"
        else:
            assert first.text == (theirs.text or theirs.caption or "")
            assert first.key == theirs.id


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("template paused", pywa_types.TemplateStatusUpdate),
        ("template disabled", pywa_types.TemplateStatusUpdate),
        ("template rejected", pywa_types.TemplateStatusUpdate),
        ("template flagged", pywa_types.TemplateStatusUpdate),
        ("template approved", pywa_types.TemplateStatusUpdate),
        ("template of low quality", pywa_types.TemplateQualityUpdate),
        ("template of another category", pywa_types.TemplateCategoryUpdate),
        ("account disabled", pywa_types.AccountUpdate),
        ("account violated", pywa_types.AccountUpdate),
        ("account restricted", pywa_types.AccountUpdate),
    ],
)
def test_pywa_reads_the_same_of_the_account(pywa: Pywa, name: str, kind: Any) -> None:
    body = CALLS[name].body
    theirs = kind.from_update(client=pywa, update=body)
    (ours,) = heard(CALLS[name])
    assert ours.at_us == int(theirs.timestamp.timestamp()) * 1_000_000
    assert theirs.id == SETTINGS.business_id and ours.notice is not None
    if kind is pywa_types.AccountUpdate:
        assert theirs.event.value == body["entry"][0]["changes"][0]["value"]["event"] != "UNKNOWN"
        return
    template = f"template {theirs.template_name}/{theirs.template_language.value}"
    assert ours.notice.subject.endswith(template)
    if kind is pywa_types.TemplateStatusUpdate:
        gone = theirs.new_status.value in ("PAUSED", "DISABLED", "REJECTED")
        assert ours.notice.stops is gone


def heard(told: Told) -> list[Any]:
    return WhatsApp(SETTINGS).webhook(signed(json.dumps(told.body).encode(), SECRET), NOW).heard


def test_pywa_believes_the_same_signatures() -> None:
    """Bytes with letters written as \\uXXXX, as Meta does, and ten thousand that are changed."""
    body = json.dumps(CALLS["stop"].body).encode()
    assert b"\\u0421" in body
    given = signed(body, SECRET)
    assert webhook_updates_validator(SECRET, body, given.headers[SIGNATURE_HEADER])
    assert WhatsApp(SETTINGS).webhook(given, NOW).heard
    chance, taken = rng.stream(7, "tampered"), 0
    for _ in range(10_000):
        at = int(chance.integers(len(body)))
        forged = body[:at] + bytes([body[at] ^ (1 << int(chance.integers(8)))]) + body[at + 1 :]
        try:
            WhatsApp(SETTINGS).webhook(msgspec.structs.replace(given, body=forged), NOW)
            taken += 1
        except WebhookRejected:
            taken += webhook_updates_validator(SECRET, forged, given.headers[SIGNATURE_HEADER])
    assert taken == 0
