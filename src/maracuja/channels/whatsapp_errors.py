"""What WhatsApp's error codes mean: the same ones stand in answers and, later, in receipts.

Source: Meta's documentation as `pywa` 4.5 keeps it; what follows from each is ours.
"""

from __future__ import annotations

from typing import Any, Final

from maracuja.channels.meta import Ruling, Table, graph_error, ruling
from maracuja.model import Scope, Status, Verdict

_DAY_S: Final = 86_400
_ACCOUNT: Final = Scope.ACCOUNT
_OURS, _CONTENT = Verdict.OURS, Verdict.CONTENT
_LATER, _PERMANENT = Verdict.TEMPORARY, Verdict.PERMANENT


def _content(name: str, *codes: int) -> dict[int | tuple[int, int], Ruling]:
    """This message will never do; the address may."""
    return dict.fromkeys(codes, Ruling(name, _CONTENT))


def _ours(name: str, *codes: int) -> dict[int | tuple[int, int], Ruling]:
    """Our account, money or reputation."""
    return dict.fromkeys(codes, Ruling(name, _OURS, _ACCOUNT))


ERRORS: Final[Table] = {
    # The person.
    131026: Ruling("undeliverable", _PERMANENT, rest_s=30 * _DAY_S),
    131050: Ruling("unsubscribed", _PERMANENT, marketing_only=True),
    **_content("window", 131047),
    **_content("marketing_limit", 131049),
    **_content("experiment", 130472),
    **_content("country", 130497),
    **_content("own_number", 131021),
    **_content("needs_phone", 131062),
    # The message.
    **_content("parameter", 100, 131008, 131009),
    **_content("media", 131051, 131052, 131053),
    **_content("template_parameters", 132000, 132005, 132012, 132018),
    **_content("template_missing", 132001),
    **_content("template_policy", 132007, 132008),
    **_content("template_paused", 132015),
    **_content("template_disabled", 132016),
    **_content("flow", 132068, 132069),
    # Too fast, or out of order.
    131056: Ruling("pair_rate", _LATER, Scope.HOST, 6.0),
    130429: Ruling("rate", _LATER, _ACCOUNT, 5.0),
    80007: Ruling("rate", _LATER, _ACCOUNT, 300.0),
    133016: Ruling("rate", _LATER, _ACCOUNT, 3600.0),
    131000: Ruling("busy", _LATER),
    131016: Ruling("busy", _LATER, _ACCOUNT),
    131057: Ruling("busy", _LATER, _ACCOUNT, 300.0),
    135000: Ruling("busy", _LATER),
    # The account.
    **_ours("permission", 131005),
    **_ours("payment", 131042),
    **_ours("locked", 131031, 131045),
    **_ours("restricted", 368),
    **_ours("spam", 131048, 131064),
    **_ours("test_number", 131030),
    **_ours("not_registered", 131037, 133010),
    **_ours("marketing_path", 131063),
}


def failure_of(errors: Any) -> tuple[Status, Ruling, str]:
    """What the `errors` of a receipt mean: the message's status, the ruling, the vendor's words.

    A message that was taken and failed later is never repeated: whatever is no word about the
    person is a failure of this message alone.
    """
    error = graph_error(errors[0]) if isinstance(errors, list) and errors else None
    if error is None:
        return Status.FAILED, Ruling("", _CONTENT), ""
    found = ruling(error, ERRORS) or Ruling(str(error.code), _CONTENT)
    lasting = found.verdict is _PERMANENT and not found.marketing_only
    return (Status.BOUNCED if lasting else Status.FAILED), found, error.words
