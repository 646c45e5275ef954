"""What WhatsApp's error codes mean: the same ones stand in answers and, later, in receipts.

Source: Meta's documentation as `pywa` 4.5 keeps it; what follows from each is ours.
"""

from __future__ import annotations

from typing import Any, Final

from maracuja.channels.meta import RATE, RESTRICTED, Table, graph_error, ruling
from maracuja.channels.rulings import Ruling, over, stop, suppress, wait, whole
from maracuja.model import Scope, Status, Verdict

_DAY_S: Final = 86_400
_BUSY: Final = wait("busy")

ERRORS: Final[Table] = {
    # The person.
    131026: suppress("undeliverable", rest_s=30 * _DAY_S),
    131050: suppress("unsubscribed", marketing_only=True),
    131047: over("window"),
    131049: over("marketing_limit"),
    130472: over("experiment"),
    130497: over("country"),
    131021: over("own_number"),
    131062: over("needs_phone"),
    # The message.
    **dict.fromkeys((100, 131008, 131009), over("parameter")),
    **dict.fromkeys((131051, 131052, 131053), over("media")),
    **dict.fromkeys((132000, 132005, 132012, 132018), over("template_parameters")),
    132001: over("template_missing"),
    **dict.fromkeys((132007, 132008), over("template_policy")),
    132015: over("template_paused"),
    132016: over("template_disabled"),
    **dict.fromkeys((132068, 132069), over("flow")),
    # Too fast, or out of order.
    131056: wait("pair_rate", scope=Scope.HOST, after_s=6.0),
    130429: whole("rate", 5.0),
    80007: RATE,
    133016: whole("rate", 3600.0),
    **dict.fromkeys((131000, 135000), _BUSY),
    131016: whole("busy"),
    131057: whole("busy", 300.0),
    # The account.
    131005: stop("permission"),
    131042: stop("payment"),
    **dict.fromkeys((131031, 131045), stop("locked")),
    368: RESTRICTED,
    **dict.fromkeys((131048, 131064), stop("spam")),
    131030: stop("test_number"),
    **dict.fromkeys((131037, 133010), stop("not_registered")),
    131063: stop("marketing_path"),
}


def failure_of(errors: Any) -> tuple[Status, Ruling, str]:
    """What the `errors` of a receipt mean: the message's status, the ruling, the vendor's words.

    A message that was taken and failed later is never repeated: whatever is no word about the
    person is a failure of this message alone.
    """
    error = graph_error(errors[0]) if isinstance(errors, list) and errors else None
    if error is None:
        return Status.FAILED, over(), ""
    found = ruling(error, ERRORS) or over(str(error.code))
    lasting = found.verdict is Verdict.PERMANENT and not found.marketing_only
    return (Status.BOUNCED if lasting else Status.FAILED), found, error.words
