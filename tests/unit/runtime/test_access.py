"""What each role may where, and how a path is read; passwords and codes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS as LISTS

from maracuja.errors import BadInput, Forbidden
from maracuja.runtime import passwords
from maracuja.runtime.access import GRANTS, Area, Level, Role, asked, check, rights

RFC_KEY = b"12345678901234567890"  # RFC 6238, appendix B: SHA-1, the last six of eight digits
VECTORS = [
    (59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"),
    (2000000000, "279037"), (20000000000, "353130"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "area", "level"),
    [
        ("GET", "/api/people/{pid}", Area.PEOPLE, Level.READ),
        ("POST", "/api/people/{pid}/merge", Area.PEOPLE, Level.WRITE),
        ("DELETE", "/api/people/{pid}", Area.PRIVACY, Level.WRITE),
        ("GET", "/api/people/{pid}/export", Area.PRIVACY, Level.READ),
        ("GET", "/api/facts/people/{pid}", Area.PEOPLE, Level.READ),
        ("GET", "/api/facts/shares", Area.REPORTS, Level.READ),
        ("PUT", "/api/people/{pid}/pause", Area.CONVERSATIONS, Level.WRITE),
        ("POST", "/api/segments/count", Area.CONTENT, Level.READ),
        ("POST", "/api/campaigns/{name}/launch", Area.SENDING, Level.WRITE),
        ("POST", "/api/campaigns/{name}/dry-run", Area.CONTENT, Level.READ),
        ("GET", "/api/campaigns/{name}/report", Area.REPORTS, Level.READ),
        ("GET", "/api/inbound/{name}/secret", Area.SETTINGS, Level.WRITE),
        ("POST", "/v1/messages", Area.SENDING, Level.WRITE),
    ],
)
def test_a_route_belongs_to_an_area(method: str, path: str, area: Area, level: Level) -> None:
    assert asked(method, path) == (area, level)


def test_an_owner_may_everything_and_each_role_less() -> None:
    assert set(GRANTS[Role.OWNER].values()) == {Level.WRITE}
    for role in Role:
        granted = rights(role, {})
        assert set(granted) == set(Area)
        assert (granted[Area.TEAM] is Level.WRITE) is (role is Role.OWNER)
        may_erase = granted[Area.PRIVACY] is Level.WRITE
        assert may_erase is (role in (Role.OWNER, Role.ENGINEER))


def test_rights_of_ones_own_come_before_the_roles() -> None:
    granted = rights(Role.OPERATOR, {Area.SENDING: Level.WRITE, Area.PEOPLE: Level.NONE})
    check(granted, "POST", "/api/campaigns/{name}/launch")
    with pytest.raises(Forbidden, match="people"):
        check(granted, "GET", "/api/people")
    with pytest.raises(Forbidden, match="not open"):
        check(rights(Role.OWNER, {}), "GET", "/api/unheard-of")


@pytest.mark.parametrize(("at_s", "code"), VECTORS)
def test_codes_are_those_of_the_rfc(at_s: int, code: str) -> None:
    now = datetime.fromtimestamp(at_s, UTC)
    assert passwords.matching_step(RFC_KEY, code, now, after=0) == at_s // 30


def test_a_code_counts_once_and_one_step_of_the_clock_either_way() -> None:
    code = "287082"  # of step 1
    for step in (0, 1, 2):
        now = datetime.fromtimestamp(step * 30 + 5, UTC)
        assert passwords.matching_step(RFC_KEY, code, now, after=0) == 1
        assert passwords.matching_step(RFC_KEY, code, now, after=1) is None
    late = datetime.fromtimestamp(95, UTC)
    assert passwords.matching_step(RFC_KEY, code, late, after=0) is None


@given(st.text(max_size=12))
def test_no_text_crashes_as_a_code(code: str) -> None:
    now = datetime.fromtimestamp(59, UTC)
    assert passwords.matching_step(RFC_KEY, code, now, after=10**9) is None


def test_a_password_is_known_again_and_nothing_else_is() -> None:
    hashed = passwords.hash_password("correct horse battery")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hashed != passwords.hash_password("correct horse battery")
    assert passwords.verify_password("correct horse battery", hashed)
    assert not passwords.verify_password("correct horse battery!", hashed)
    assert not passwords.verify_password("anything at all", "")


@pytest.mark.parametrize("password", ["", "short", "a" * 40, "abababababab", "four words " * 12])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(BadInput):
        passwords.check_password(password)


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "P@ssw0rd2026!",
        "qwertyuiop12",
        "1q2w3e4r5t6y",
        "administrator",
        "йцукенгшщзхъ",
        "123456789012",
        "iloveyou2024!",
        "Summer2026Summer2026",
        "letmein letmein",
        "zxcvbnm,asdfgh",
        "correct horse battery staple",
        "пароль123456",
        "1qaz2wsx3edc",
        "abcdefgh1234",
        "manchesterunited",
        "michaeljordan23",
        "alexanderalexander",
        "M1cha3lj4ckson",
        "polniypizdec0211",
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(BadInput, match="first that are tried"):
        passwords.check_password(password, "olena.shop@mail.example", "Олена")


def test_no_password_of_the_published_list_is_taken() -> None:
    long = [one for one in LISTS["passwords"] if len(one) >= passwords.PASSWORD_CHARS_MIN]
    assert len(LISTS["passwords"]) == 30_000 and len(long) == 229
    for one in long:
        with pytest.raises(BadInput):
            passwords.check_password(one)


@pytest.mark.parametrize(
    "password",
    [
        "four words without sense", "tram-velvet-onion-2031", "Зелений чайник їде додому",
        "kG7#wq!Zr2mP", "мандарин лежить на даху",
    ],
)  # fmt: skip
def test_what_takes_thought_is_taken(password: str) -> None:
    passwords.check_password(password, "olena.shop@mail.example", "Олена")
