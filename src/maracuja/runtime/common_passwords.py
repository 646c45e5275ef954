"""Passwords that are tried first by whoever guesses, as far as they are long enough for ours.

Those of published lists, and what people make of them: a word again, a row of keys, a year. It
must never ask anybody outside.
"""

from __future__ import annotations

import re
from typing import Final

# A password that goes after fewer tries is refused: score 2 and less of zxcvbn.
GUESSES_MIN: Final = 1e8
_GUESSED_CHARS: Final = 24  # a beginning that holds is enough, and of more it takes far longer

# Words that such passwords are made of; whatever stands before or after them adds nothing.
WORDS: Final = frozenset(
    """
    admin administrator adminadmin changeme default football baseball basketball iloveyou letmein
    liverpool maracuja master monkey mypassword newpassword parol password passw princess qwerty
    secret shop starwars summer winter spring autumn sunshine superman supersecret test temp
    trustno welcome computer internet dragon whatever michelle jennifer jessica charlie jordan
    correcthorsebatterystaple thisismypassword thequickbrownfox marketing newsletter marketer
    пароль привет солнышко любовь админ йцукен qwertz azerty contraseña motdepasse passwort
    """.split()
)
_ROWS: Final = (
    "01234567890123456789", "09876543210987654321", "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm", "йцукенгшщзхъфывапролджэячсмитьбю", "1qaz2wsx3edc4rfv5tgb6yhn",
    "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "qazwsxedcrfvtgbyhnujmikolp",
    "zaq12wsxcde34rfvbgt56yhn",
)  # fmt: skip
_RUN: Final = 4  # so many keys of a row in order are one thought
_LOOKS: Final = str.maketrans("@$!013457", "asioieast")
THOUGHTS_MIN: Final = 8  # letters that have to be left without what everybody thinks of


def is_common(password: str, *own: str) -> bool:
    """Whether a password is soon guessed by whoever begins with published lists.

    Also where it is hardly more than common words, rows of keys, or what is `own`: the person's
    address and name. Letters that look alike count as the same.
    """
    plain = password.casefold()
    forms = (plain, plain.translate(_LOOKS))
    return any(_left(form, own) < THOUGHTS_MIN for form in forms) or _guesses(plain) < GUESSES_MIN


def _guesses(password: str) -> float:
    """After how many tries it goes, by zxcvbn (Wheeler, USENIX Security 2016) and its lists.

    Its 30,000 commonest passwords, and words and names of English, with what is made of them.
    """
    from zxcvbn.matching import omnimatch
    from zxcvbn.scoring import most_guessable_match_sequence

    begun = password[:_GUESSED_CHARS]
    return float(most_guessable_match_sequence(begun, omnimatch(begun))["guesses"])


def holds_name(password: str, *names: str) -> bool:
    """Whether a word of a name is in a password, also in letters that look alike.

    Words of three letters and less are in too many others.
    """
    plain = password.casefold()
    words = {word for name in names for word in re.split(r"[\W_]+", name.casefold())}
    forms = (plain, plain.translate(_LOOKS))
    return any(word in form for word in words if len(word) > 3 for form in forms)


def _left(text: str, own: tuple[str, ...]) -> int:
    """How many letters are left of a text without all that adds nothing."""
    text = re.sub(r"[\W_]+", "", text)
    parts = {part for one in own for part in re.split(r"\W+", one.casefold()) if len(part) > 3}
    for word in sorted({*WORDS, *parts}, key=len, reverse=True):
        text = text.replace(word, "")
    text = re.sub(r"(19|20)\d\d", "", text)
    text = re.sub(r"(.+?)\1+", r"\1", text)
    return len(_without_rows(text))


def _without_rows(text: str) -> str:
    """A text without runs of keys that lie side by side."""
    kept, at = "", 0
    while at < len(text):
        run = 0
        while any(text[at : at + run + 1] in row for row in _ROWS) and at + run < len(text):
            run += 1
        if run < _RUN:
            kept, at = kept + text[at], at + 1
        else:
            at += run
    return kept
