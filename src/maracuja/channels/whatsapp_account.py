"""What WhatsApp tells of the account itself: its templates, its quality, its standing with Meta.

Such calls name the business account and nobody else. What follows is decided elsewhere: here a
template is only said to be stopped, an account to be shut.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from maracuja.channels.heard import Heard, HeardKind, Notice

WORDS_CHARS_MAX: Final = 500
# Of a template: it may not be sent while it is so, and again once it is so.
_STOPPED: Final = {
    "PAUSED": "paused", "DISABLED": "disabled", "REJECTED": "rejected", "DELETED": "deleted",
    "PENDING_DELETION": "deleted", "ARCHIVED": "archived", "LIMIT_EXCEEDED": "over its limit",
    "IN_APPEAL": "disabled, under appeal",
}  # fmt: skip
_GOES: Final = frozenset({"APPROVED", "REINSTATED", "UNARCHIVED"})
# Restrictions under which Meta refuses messages of ours.
_SENDING: Final = frozenset(
    {"RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"}
)
_SHUT: Final = {
    "DISABLE": "Meta has disabled the business account",
    "SCHEDULE_FOR_DISABLE": "Meta will disable the business account",
}


class Account(NamedTuple):
    """Our own account and number, as calls name them; '' where that is not set: any."""

    business_id: str
    number: str


def account_of(entry: Mapping[str, Any], change: Any, ours: Account, now_us: int) -> list[Heard]:
    """What one change of an entry tells of our account; nothing where it is of another kind."""
    read = _READERS.get(change["field"])
    if read is None or (ours.business_id and str(entry["id"]) != ours.business_id):
        return []
    value, at_us = change["value"], int(entry.get("time") or 0) * 1_000_000 or now_us
    shown = str(value.get("display_phone_number") or "").lstrip("+")
    if shown and ours.number and shown != ours.number:
        return []
    found = read(value)
    if found is None:
        return []
    key = f"{change['field']}:{found.notice.subject}:{value.get('event', '')}:{at_us}"
    return [
        Heard(
            kind=HeardKind.ACCOUNT,
            key=key[:300],
            at_us=min(at_us, now_us),
            notice=found.notice,
            alarm=found.notice.words if found.shut else "",
        )
    ]


class _Found(NamedTuple):
    notice: Notice
    shut: bool = False  # nothing of ours goes any more


def _status(value: dict[str, Any]) -> _Found | None:
    """message_template_status_update."""
    name, event = _template(value), str(value["event"])
    if event in _GOES:
        return _Found(Notice(subject=name))
    state = "at risk of being disabled" if event == "FLAGGED" else _STOPPED.get(event)
    if state is None:
        return None
    words = f"Meta says that the {name} is {state}{_why(value)}"
    return _Found(Notice(subject=name, words=words, stops=event in _STOPPED))


def _quality(value: dict[str, Any]) -> _Found | None:
    """message_template_quality_update: only a low one is worth a word."""
    name, score = _template(value), str(value["new_quality_score"])
    subject = f"quality of the {name}"
    words = f"Meta rates the {subject} as low: people block or report it" if score == "RED" else ""
    return _Found(Notice(subject=subject, words=words))


def _category(value: dict[str, Any]) -> _Found | None:
    """template_category_update: it will be, or is, of another category."""
    name = _template(value)
    new = str(value.get("correct_category") or value["new_category"]).lower()
    when = "will make" if value.get("correct_category") else "has made"
    words = f"Meta {when} the {name} one of the category {new}, and bills it so"
    return _Found(Notice(subject=f"category of the {name}", words=words))


def _number(value: dict[str, Any]) -> _Found | None:
    """phone_number_quality_update: the number's quality, or how many people it may write to."""
    event, limit = str(value["event"]), str(value.get("current_limit") or "")[:100]
    words = {
        "FLAGGED": "Meta rates the quality of the number as low: its limit may be lowered",
        "DOWNGRADE": f"Meta has lowered the number's limit to {limit}",
        "UNFLAGGED": "",
        "UPGRADE": "",
        "ONBOARDING": "",
    }.get(event)
    return None if words is None else _Found(Notice(subject="number", words=words))


def _account(value: dict[str, Any]) -> _Found | None:
    """account_update: violations, restrictions, and the end of the account."""
    event = str(value["event"])
    ban = value.get("ban_info") or {}
    state = str(ban.get("waba_ban_state") or "")
    if event == "DISABLED_UPDATE" and state in _SHUT:
        date = f" ({str(ban.get('waba_ban_date') or '')[:40]})"
        return _Found(_of_account(_SHUT[state] + date), shut=state == "DISABLE")
    if event in ("DISABLED_UPDATE", "ACCOUNT_REINSTATED"):
        return _Found(_of_account(""))
    if event == "ACCOUNT_DELETED":
        return _Found(_of_account("The business account has been deleted"), shut=True)
    if event == "ACCOUNT_VIOLATION":
        kind = str((value.get("violation_info") or {}).get("violation_type") or "")[:100]
        return _Found(_of_account(f"Meta says that the account violated its rules: {kind}"))
    if event == "ACCOUNT_RESTRICTION":
        kinds = [str(one["restriction_type"]) for one in value.get("restriction_info") or ()]
        words = f"Meta restricts the account: {', '.join(kinds)}"[:WORDS_CHARS_MAX]
        return _Found(_of_account(words), shut=bool(_SENDING & set(kinds)))
    return None


def _of_account(words: str) -> Notice:
    return Notice(subject="account", words=words)


def template_subject(name: str, language: str) -> str:
    """What a notice about a template is about."""
    return f"template {name}/{language}"


def _template(value: dict[str, Any]) -> str:
    name, language = value["message_template_name"], value["message_template_language"]
    if not isinstance(name, str) or not isinstance(language, str):
        raise TypeError
    return template_subject(name[:512], language[:20])


def _why(value: dict[str, Any]) -> str:
    """Why a template's state has changed, in Meta's own words."""
    other, until = value.get("other_info") or {}, value.get("disable_info") or {}
    reason = str(value.get("reason") or "")
    parts = (
        "" if reason == "NONE" else reason,
        other.get("title"),
        other.get("description"),
        until.get("disable_date"),
    )
    said = "; ".join(str(part) for part in parts if part)
    return f": {said}"[:WORDS_CHARS_MAX] if said else ""


_READERS: Final[Mapping[str, Callable[[dict[str, Any]], _Found | None]]] = {
    "message_template_status_update": _status,
    "message_template_quality_update": _quality,
    "template_category_update": _category,
    "phone_number_quality_update": _number,
    "account_update": _account,
}
