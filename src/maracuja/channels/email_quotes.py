"""What somebody has written in a mail, without the quoted original and the signature.

There is no standard, so these are the marks that the usual programs leave, in the languages of the
shop's customers. Where none is found, nothing is taken away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

LINES_MAX: Final = 5_000
ATTRIBUTION_LINES: Final = 3
ATTRIBUTION_CHARS_MAX: Final = 400

_MAILBOX: Final = re.compile(r"<(mailto:)?[^<>\s@]{1,100}@[^<>\s@]{1,200}>")
_MOMENT: Final = re.compile(r"\b\d{1,2}[:.]\d{2}\b|\b20\d{2}\b")
_WROTE: Final = re.compile(
    r"\b(wrote|writes|пише|писав|писала|написав|написала|пишет|писал|писала|написал|написала"
    r"|написал\(а\)|написав\(ла\)|бичсэн|бичив)\s*:$",
    re.IGNORECASE,
)
_SEPARATOR: Final = re.compile(
    r"^-{2,}\s{0,5}(original message|forwarded message|reply message|исходное сообщение"
    r"|оригинальное сообщение|пересланное сообщение|пересылаемое сообщение"
    r"|оригінальне повідомлення|вихідне повідомлення|початкове повідомлення"
    r"|переслане повідомлення|анхны зурвас|эх захидал)\s{0,5}-{2,}$",
    re.IGNORECASE,
)
_FROM: Final = re.compile(
    r"^\*?(from|от|от кого|від|від кого|хэнээс|илгээгч)\s?:\*?\s{0,5}\S", re.IGNORECASE
)
_FIELD: Final = re.compile(
    r"^\*?(sent|date|to|cc|subject|отправлено|дата|кому|копия|тема|надіслано|відправлено|копія"
    r"|илгээсэн|огноо|хэнд|гарчиг)\s?:\*?",
    re.IGNORECASE,
)
_DEVICE: Final = re.compile(
    r"^(sent (from|with|via)|get outlook for|отправлено (с|из|через)|відправлено (з|із|зі|через)"
    r"|надіслано (з|із|зі|через)|скачать outlook|завантажити outlook|отримати outlook"
    r"|миний .{1,30} илгээ)\b.{0,80}|.{1,40}-(с|оос|ээс|аас) илгээ(в|сэн)\.?$",
    re.IGNORECASE,
)
_RULE: Final = re.compile(r"^[_\-=*\s]{3,}$")
_GAPS: Final = re.compile(r"\n{3,}")


def own_words(text: str) -> str:
    """The words that somebody wrote themselves; '' where all of it is quoted."""
    lines = [line.rstrip() for line in _lines(text)[:LINES_MAX]]
    kept: list[str] = []
    n = 0
    while n < len(lines):
        size = _attribution(lines, n)
        if size:
            after = next((line for line in lines[n + size :] if line.strip()), "")
            if not after.lstrip().startswith(">"):
                break
            n += size  # answers may stand between what is quoted
        elif lines[n].lstrip().startswith(">"):
            n += 1
        elif lines[n].strip() == "--" or _ends_here(lines, n):
            break
        else:
            kept.append(lines[n])
            n += 1
    while kept and _trails(kept[-1].strip()):
        kept.pop()
    return _GAPS.sub("\n\n", "\n".join(kept)).strip()


def unflowed(text: str, *, delsp: bool) -> str:
    """Text of `format=flowed` (RFC 3676) with its paragraphs in one line each."""
    out: list[str] = []
    open_depth = -1  # of the quotes of a line that goes on
    for line in _lines(text)[:LINES_MAX]:
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")
        goes_on = words.endswith(" ") and words != "-- "
        if goes_on and delsp:
            words = words[:-1]
        if depth == open_depth and words != "-- ":
            out[-1] += words
        else:
            out.append(f"{'>' * depth} {words}" if depth else words)
        open_depth = depth if goes_on else -1
    return "\n".join(out)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _attribution(lines: Sequence[str], n: int) -> int:
    """How many lines from here say who wrote what is quoted below, and when; 0: none."""
    joined = ""
    for size in range(1, ATTRIBUTION_LINES + 1):
        line = lines[n + size - 1].strip() if n + size <= len(lines) else ""
        if not line or line.startswith(">"):
            return 0
        if len(joined) + len(line) > ATTRIBUTION_CHARS_MAX:
            return 0
        joined = f"{joined} {line}".lstrip()
        if joined.endswith(":"):
            told = _MAILBOX.search(joined) or _WROTE.search(joined)
            return size if told and _MOMENT.search(joined) else 0
    return 0


def _ends_here(lines: Sequence[str], n: int) -> bool:
    """Whether the original begins in this line, without a mark at each of its lines."""
    line = lines[n].strip()
    if _SEPARATOR.match(line):
        return True
    if not _FROM.match(line):
        return False
    return sum(bool(_FIELD.match(one.strip())) for one in lines[n + 1 : n + 6]) >= 2


def _trails(line: str) -> bool:
    """Whether a last line is nothing that somebody said."""
    return not line or bool(_RULE.match(line)) or bool(_DEVICE.match(line))
