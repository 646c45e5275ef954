"""One message to several devices: a request for each, and one answer of them all."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import msgspec
import pytest

from maracuja.channels.base import Answer, Stage
from maracuja.channels.devices import DEVICES_MAX, join, joined, mark_of, split, told_name
from maracuja.channels.http import HttpRequest
from maracuja.channels.limits import Limits
from maracuja.channels.mobile_push import MobilePush
from maracuja.channels.web_push import WebPush
from maracuja.content import Content
from maracuja.errors import UnsupportedFeature
from maracuja.model import Address, Message, Scope, Verdict
from tests.contract.channel_case import NOW, message
from tests.contract.channel_cases import mobile_push, web_push

TOKENS = ("fcm:a-token-of-one", "fcm:a-token-of-two", f"apns:{'ab' * 32}")
TAKEN = Answer(stage=Stage.GIVEN, code=200, text='{"name": "projects/x/messages/1"}')
GONE = Answer(
    stage=Stage.GIVEN,
    code=404,
    text=msgspec.json.encode(
        {
            "error": {
                "details": [
                    {
                        "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError",
                        "errorCode": "UNREGISTERED",
                    }
                ]
            }
        }
    ).decode(),
)
LIMITED = Answer(stage=Stage.GIVEN, code=429)
UNAVAILABLE = Answer(stage=Stage.GIVEN, code=503)
TOO_LARGE = Answer(stage=Stage.GIVEN, code=413)
UNKNOWN = Answer(stage=Stage.GIVEN, text="nothing came", lost=True)
REFUSED = Answer(stage=Stage.GIVEN, code=401)


def to(*devices: str) -> Message:
    made = message(mobile_push.CASE, content=Content(text="It is here."))
    address = Address(kind="mobile_push", value=join(devices))
    return msgspec.structs.replace(made, to=address)


def channel(**settings: str) -> MobilePush:
    return MobilePush(msgspec.convert({**mobile_push.SECTION, **settings}, MobilePush.Settings))


def each(request: HttpRequest) -> list[str]:
    return [one.recipient for one in (request, *request.others)]


def test_each_device_gets_its_own_request() -> None:
    made = channel().encode(to(*TOKENS), NOW)
    assert each(made) == list(TOKENS)
    assert made.message_id == made.others[0].message_id and not made.others[0].others
    assert channel().wires(join(TOKENS)) == 3


def test_by_a_setting_only_the_one_seen_last_does() -> None:
    latest = channel(devices="latest")
    assert each(latest.encode(to(*TOKENS), NOW)) == [TOKENS[0]]
    assert latest.wires(join(TOKENS)) == 1


def test_a_device_that_nobody_here_can_reach_stays_away() -> None:
    assert each(channel().encode(to("apns:no", *TOKENS), NOW)) == list(TOKENS)
    with pytest.raises(UnsupportedFeature):
        channel().encode(to("apns:no", "other:no"), NOW)
    with pytest.raises(UnsupportedFeature):
        channel().encode(to(), NOW)


def test_there_are_never_more_than_the_maximum() -> None:
    many = [f"fcm:a-token-of-{n:02}" for n in range(DEVICES_MAX + 5)]
    assert len(split(join(many))) == DEVICES_MAX
    address = Address(kind="mobile_push", value="\n".join(many))
    made = channel().encode(msgspec.structs.replace(to(), to=address), NOW)
    assert len(each(made)) == DEVICES_MAX


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ((TAKEN, GONE, UNKNOWN), Verdict.ACCEPTED),
        ((TAKEN, REFUSED, LIMITED), Verdict.ACCEPTED),
        ((UNKNOWN, REFUSED, GONE), Verdict.UNKNOWN),
        ((UNAVAILABLE, TOO_LARGE, GONE), Verdict.TEMPORARY),
        ((REFUSED, LIMITED, GONE), Verdict.OURS),
        ((GONE, TOO_LARGE, GONE), Verdict.CONTENT),
        ((GONE, GONE, GONE), Verdict.PERMANENT),
    ],
)
def test_the_best_answer_is_the_messages(answers: tuple[Answer, ...], verdict: Verdict) -> None:
    made = channel().encode(to(*TOKENS), NOW)
    for several in permutations(answers):
        result = channel().decode(joined((made, *made.others), several))
        assert result.verdict is verdict
        assert sorted(one.mark for one in (result, *result.others)) == sorted(map(mark_of, TOKENS))
        gone = {mark_of(TOKENS[n]) for n, one in enumerate(several) if one is GONE}
        told = {o.mark for o in (result, *result.others) if o.verdict is Verdict.PERMANENT}
        assert told == gone


def test_a_joined_answer_lives_through_the_journal() -> None:
    made = channel().encode(to(*TOKENS), NOW)
    answer = joined((made, *made.others), (TAKEN, GONE, LIMITED))
    again = msgspec.json.decode(msgspec.json.encode(answer), type=Answer)
    assert again == answer and not any(token.encode() in msgspec.json.encode(again)
                                       for token in TOKENS)  # fmt: skip
    alone = joined((made,), (TAKEN,))
    assert alone is TAKEN and b"mark" not in msgspec.json.encode(alone)


def test_an_account_that_is_refused_is_told_of_though_another_device_has_it() -> None:
    made = channel().encode(to(*TOKENS[:2]), NOW)
    result = channel().decode(joined((made, *made.others), (TAKEN, REFUSED)))
    (other,) = result.others
    assert (other.verdict, other.scope) == (Verdict.OURS, Scope.ACCOUNT)


def test_browsers_are_known_by_their_endpoint() -> None:
    one, other = web_push.ADDRESS, web_push.other("https://push.example/2")
    assert told_name(one).startswith("https://") and told_name(one) != told_name(other)
    assert told_name("fcm:a") == "fcm:a" and told_name("{strange") == "{strange"
    made = WebPush(web_push.SETTINGS)
    assert made.host(join([one, other])) == made.host(one) and made.host("") == ""


def test_an_account_reaches_the_devices_of_its_own_apps() -> None:
    alone = channel()
    assert alone.reaches("shop.app") and alone.reaches("")
    main, other = channel(apps=["shop.app"]), channel(apps=["club.app"])  # type: ignore[arg-type]
    other.as_account("mobile_push/club")
    assert [main.reaches(app) for app in ("shop.app", "club.app", "")] == [True, False, True]
    assert [other.reaches(app) for app in ("shop.app", "club.app", "")] == [False, True, False]


def test_a_rate_counts_every_request() -> None:
    limits, several = Limits(rate_per_s=10), [""] * 6
    later = limits.admit(several, NOW, [4] * 6, first=True)
    assert [one is None for one in later] == [True, True, False, False, False, False]
    assert limits.ready_at(NOW, first=True) > NOW - timedelta(seconds=1)
    alone = Limits(rate_per_s=1)
    assert alone.admit(["", ""], NOW, [3, 1], first=True)[0] is None, "more than ever fits is owed"
    assert alone.admit([""], NOW + timedelta(seconds=2), [1], first=True) != [None]
    assert alone.admit([""], NOW + timedelta(seconds=4), [1], first=True) == [None]
