"""Mobile push in the contract suite: FCM by its discovery document, APNs by Apple's table."""

from __future__ import annotations

from functools import cache

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.http import HttpRequest
from maracuja.channels.mobile_push import MobilePush, MobilePushSettings
from maracuja.channels.web_push_crypto import private_key
from maracuja.content import Content
from maracuja.model import Verdict
from maracuja.rng import Rng
from maracuja.simulate.vendors.http import json_answer
from maracuja.simulate.vendors.mobile_push import MobilePushVendor, fcm_error
from tests.contract import fcm_api
from tests.contract.channel_case import PICTURE, Case, Known

HOOK = "http://127.0.0.1:8080/w/mobile_push/main"
APNS_TOKEN = "ab" * 32
P, T, C, O, U = (  # noqa: E741
    Verdict.PERMANENT, Verdict.TEMPORARY, Verdict.CONTENT, Verdict.OURS, Verdict.UNKNOWN
)  # fmt: skip


@cache
def pem(kind: str) -> str:
    """A key made for the tests: `rsa` as Google's, else Apple's."""
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else private_key(b"\x07" * 32)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def service_account(token_uri: str = "https://oauth2.googleapis.com/token") -> str:
    told = {
        "type": "service_account",
        "project_id": "passion-fruit",
        "private_key_id": "k1",
        "private_key": pem("rsa"),
        "client_email": "push@passion-fruit.iam.gserviceaccount.com",
        "token_uri": token_uri,
    }
    return msgspec.json.encode(told).decode()


SECTION = {
    "service_account": service_account(),
    "apns_key": pem("ec"),
    "apns_key_id": "ABC1234567",
    "apns_team_id": "TEAM123456",
    "apns_topic": "shop.example.app",
    "title": "Passion Fruit",
    "webhook_secret": "a-long-word-for-the-app",
}
SETTINGS = MobilePushSettings(**SECTION)
SERVICE = MobilePushVendor(project="passion-fruit", topic="shop.example.app")


def google(status: int, code: str = "", words: str = "no", **headers: str) -> Answer:
    return fcm_error(status, code, words, **headers)


def apple(status: int, reason: str, **headers: str) -> Answer:
    return json_answer(status, {"reason": reason}, **{"apns-id": "x", **headers})


def fits(request: HttpRequest) -> None:
    """FCM's document allows it, and to Apple the same message is what its server takes."""
    answer = SERVICE.take(request)
    assert answer.code == 200, SERVICE.violations
    fcm_api.fits(request.body)


def known(n: int) -> dict[str, object]:
    """A person whose app has told Segment's context of the device: every third has an iPhone."""
    if n % 3:
        device = {"type": "android", "token": f"token-of-a-phone:{n:04}"}
    else:
        device = {"type": "ios", "token": f"{n:064x}"}
    return {"first_name": f"Name{n}", "context": {"device": device}}


def react(service: MobilePushVendor) -> dict[str, int]:
    """Twenty are shown, seven pressed, four closed."""
    tokens = sorted({token for token, _ in service.shown})
    for token in tokens[:20]:
        service.tell(token, "delivered")
    for token in tokens[:7]:
        service.tell(token, "clicked")
    for token in tokens[7:11]:
        service.tell(token, "closed")
    return {"Message Delivered": 20, "Message Clicked": 7, "Message Read": 4}


@cache
def _app() -> MobilePush:
    """Whose proofs are put in; made once: its key is read for a long time."""
    return MobilePush(SETTINGS, HOOK)


def genuine(body: bytes) -> Inbound:
    """A call of the app whose proof is put in where a recorded one has the word for it."""
    try:
        told = msgspec.json.decode(body)
        if told.get("proof") == "genuine":
            told["proof"] = _app().proof(told["event"], told["reference"])
            body = msgspec.json.encode(told)
    except (msgspec.DecodeError, AttributeError, KeyError, TypeError):
        pass
    return Inbound(body=body)


def tamper(inbound: Inbound, chance: Rng) -> Inbound:
    """Another event or message under the same proof, or a proof that is a little off."""
    told = msgspec.json.decode(inbound.body)
    name = ("event", "reference", "proof")[int(chance.integers(3))]
    at = int(chance.integers(len(told[name]) + 1))
    told[name] = told[name][:at] + "0" + told[name][at:]
    return msgspec.structs.replace(inbound, body=msgspec.json.encode(told))


CASE = Case(
    section=SECTION,
    vendor=lambda seed, faults: MobilePushVendor(
        seed=seed, faults=faults, project="passion-fruit", topic="shop.example.app"
    ),
    known=known,
    react=react,
    make=lambda: MobilePush(SETTINGS, HOOK),
    address="fcm:dQw4w9WgXcQ:APA91bHPRgkF",
    answers={
        Verdict.ACCEPTED: json_answer(200, {"name": "projects/passion-fruit/messages/0:1"}),
        T: google(429, "QUOTA_EXCEEDED", **{"retry-after": "7"}),
        P: google(404, "UNREGISTERED"),
        C: google(400, "INVALID_ARGUMENT"),
        O: google(401),
    },
    bad_addresses=["", "dQw4w9WgXcQ:APA91bHPRgkF", "fcm:", "fcm:x y z x y z", "apns:AB", "gcm:x",
                   "fcm:токен-токен", f"apns:{APNS_TOKEN}/../x", "apns:" + "g" * 64],
    contents={
        "text": Content(text="Hello & <welcome>"),
        "title": Content(text="Hello", subject="Fruit"),
        "picture": Content(text="Look", media=(PICTURE,), subject="Fruit"),
        "deep link": Content(text="Look", link="https://shop.example/fruit"),
        "silent": Content(text="Good night", silent=True),
        "in the background": Content(text="", link="shop://sync", background=True),
        "words for the app": Content(text="Look", subject="Fruit", background=True),
        "all of it": Content(text="Маракуйя " * 100, subject="x" * 100, media=(PICTURE,),
                             link="https://go.shop.example/c/" + "x" * 300),
    },
    refused={
        "too many bytes": Content(text="Я" * 1000, link="https://x.example/" + "x" * 2000),
        "a picture in the background": Content(text="", media=(PICTURE,), background=True),
    },
    fits=fits,
    table=[
        Known(google(404, "UNREGISTERED"), P, "gone"),
        Known(google(403, "SENDER_ID_MISMATCH"), P, "other_project"),
        Known(
            google(400, "INVALID_ARGUMENT",
                   "The registration token is not a valid FCM registration token"), P, "invalid",
        ),
        Known(google(400, "INVALID_ARGUMENT"), C, "content"),
        Known(google(400), C, "content"),
        Known(google(429, "QUOTA_EXCEEDED"), T, "429", "account", 60.0),
        Known(google(429, "QUOTA_EXCEEDED", **{"retry-after": "7"}), T, "429", "account", 7.0),
        Known(google(503, "UNAVAILABLE", **{"retry-after": "9"}), T, "503", "account", 9.0),
        Known(google(500, "INTERNAL"), U, "500"),
        Known(google(401, "THIRD_PARTY_AUTH_ERROR"), O, "third_party_auth", "account"),
        Known(google(401), O, "unauthorized", "account"),
        Known(google(403), O, "forbidden", "account"),
        Known(google(404), O, "no_project", "account"),
        Known(apple(410, "Unregistered"), P, "gone"),
        Known(apple(410, "ExpiredToken"), P, "gone"),
        Known(apple(400, "BadDeviceToken"), P, "bad_token"),
        Known(apple(400, "DeviceTokenNotForTopic"), P, "other_app"),
        *(Known(apple(400, reason), C, "400") for reason in (
            "MissingDeviceToken", "BadMessageId", "BadPriority", "BadExpirationDate",
            "BadCollapseId", "InvalidPushType", "PayloadEmpty", "DuplicateHeaders",
        )),
        Known(apple(400, "IdleTimeout"), T, "idle"),
        *(Known(apple(400, reason), O, "topic", "account") for reason in (
            "BadTopic", "MissingTopic", "TopicDisallowed",
        )),
        Known(apple(403, "ExpiredProviderToken"), T, "expired_token", "account"),
        *(Known(apple(403, reason), O, "unauthorized", "account") for reason in (
            "InvalidProviderToken", "MissingProviderToken", "BadCertificate",
            "BadCertificateEnvironment", "UnrelatedKeyIdInToken", "BadEnvironmentKeyIdInToken",
            "Forbidden", "SomethingNew",
        )),
        Known(apple(404, "BadPath"), C, "404"),
        Known(apple(405, "MethodNotAllowed"), C, "405"),
        Known(apple(413, "PayloadTooLarge"), C, "too_large"),
        Known(apple(429, "TooManyRequests"), T, "too_many"),
        Known(apple(429, "TooManyProviderTokenUpdates"), T, "token_updates", "account"),
        Known(apple(500, "InternalServerError"), U, "500"),
        Known(apple(503, "ServiceUnavailable"), T, "503", "account"),
        Known(apple(503, "Shutdown"), T, "503", "account"),
        Known(Answer(stage=Stage.LOGIN, code=400, text='{"error": "invalid_grant"}'), O, "login",
              "account"),
    ],
    genuine=genuine,
    proof=("webhook_secret",),
    tamper=tamper,
)  # fmt: skip
