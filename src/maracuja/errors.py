"""The tree of everything we raise on purpose; a class exists only if some caller acts on it.

MaracujaError
  ConfigError             the installation is wrong: refuse to start
  DefinitionError         what a marketer wrote is wrong; .where, and .fix when we know it
    SegmentError
    TemplateError
    CampaignError
  BadInput                a request or a row is wrong: 400, or a line in the file of refused rows
    TooLarge              the request is over a size limit: 413
  Unauthorized            no key, or a wrong one: 401
  Forbidden               the key is right but may not do this: 403
  NotFound                nothing has this name: 404
  Conflict                what is stored is newer, or the state does not allow it: 409
  UnsupportedMedia        a content type or encoding that we do not read: 415
  TooManyRequests         more than this key may send: 429; .retry_after_s
    Overloaded            more arrives than we can take: 503
  UnsupportedFeature      the channel cannot carry this; known before sending
  VendorError             an answer that we cannot use; .vendor, .status, .raw
    VendorDown            try later; .retry_after_s
    RateLimited           try after .retry_after_s
    VendorRefusedUs       bad credentials or reputation: stop the channel, tell a person
  WebhookRejected         signature or shape: 400, nothing recorded
  DamagedFile             a file of the lake is absent or changed: restore it
"""

from __future__ import annotations


class MaracujaError(Exception):
    """The root: `code` is stable (API, log, tests), `exit_code` is the command line's."""

    code = "error"
    exit_code = 1
    http_status = 500

    def __init__(self, message: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        place = f" (at {self.where})" if self.where else ""
        remedy = f" {self.fix}" if self.fix else ""
        return f"{self.message}{place}{remedy}"


class ConfigError(MaracujaError):
    """The installation is wrong: refuse to start."""

    code = "config"
    exit_code = 3


class DefinitionError(MaracujaError):
    """What a marketer wrote is wrong."""

    code = "definition"
    exit_code = 2
    http_status = 422


class SegmentError(DefinitionError):
    """A segment cannot be understood or checked."""

    code = "segment"


class TemplateError(DefinitionError):
    """A template cannot be parsed, checked or rendered."""

    code = "template"


class CampaignError(DefinitionError):
    """A campaign, goal or topic is inconsistent."""

    code = "campaign"


class BadInput(MaracujaError):
    """A request or a row is wrong."""

    code = "bad_input"
    exit_code = 2
    http_status = 400


class TooLarge(BadInput):
    """The request is over a size limit."""

    code = "too_large"
    http_status = 413


class Unauthorized(MaracujaError):
    """No key, or a wrong one."""

    code = "unauthorized"
    http_status = 401


class Forbidden(MaracujaError):
    """The key is right but may not do this."""

    code = "forbidden"
    http_status = 403


class NotFound(MaracujaError):
    """Nothing has this name."""

    code = "not_found"
    exit_code = 4
    http_status = 404


class Conflict(MaracujaError):
    """What is stored is newer, or the state does not allow it."""

    code = "conflict"
    exit_code = 5
    http_status = 409


class UnsupportedMedia(MaracujaError):
    """A content type or encoding that we do not read."""

    code = "unsupported_media"
    http_status = 415


class TooManyRequests(MaracujaError):
    """More than this key may send: try again after `retry_after_s`."""

    code = "too_many_requests"
    http_status = 429

    def __init__(self, message: str, *, retry_after_s: float = 1.0, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.retry_after_s = retry_after_s


class Overloaded(TooManyRequests):
    """More arrives than we can take."""

    code = "overloaded"
    http_status = 503


class UnsupportedFeature(MaracujaError):
    """The channel cannot carry this; known before sending."""

    code = "unsupported"
    exit_code = 2
    http_status = 422


class VendorError(MaracujaError):
    """An answer of a vendor that we cannot use."""

    code = "vendor"
    http_status = 502

    def __init__(
        self, message: str, *, vendor: str, status: int = 0, raw: str = "", where: str = ""
    ) -> None:
        super().__init__(message, where=where)
        self.vendor = vendor
        self.status = status
        self.raw = raw


class VendorDown(VendorError):
    """Try later."""

    code = "vendor_down"

    def __init__(
        self,
        message: str,
        *,
        vendor: str,
        status: int = 0,
        raw: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, vendor=vendor, status=status, raw=raw)
        self.retry_after_s = retry_after_s


class RateLimited(VendorDown):
    """Try after `retry_after_s`."""

    code = "rate_limited"
    http_status = 429


class VendorRefusedUs(VendorError):
    """Bad credentials or reputation: stop the channel, tell a person."""

    code = "vendor_refused_us"


class WebhookRejected(MaracujaError):
    """Signature or shape is wrong: nothing is recorded."""

    code = "webhook_rejected"
    http_status = 400


class DamagedFile(MaracujaError):
    """A file of the lake is absent or is not what was written: restore it."""

    code = "damaged_file"
