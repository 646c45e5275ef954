"""Signs of promotion in a text, so that a service message cannot be used to advertise.

It must never be taken for a proof of innocence: it knows words, not meanings.
"""

from __future__ import annotations

import re
from typing import Final

# Stems, so that cases and plurals are found too; each with the language it belongs to.
_STEMS: Final = (
    r"скидк\w*",
    r"распродаж\w*",
    r"промокод\w*",
    r"акци(?:я|и|ю|ей|й)\b",
    r"купон\w*",
    r"спецпредложен\w*",
    r"выгодн\w* предложен\w*",
    r"только сегодня",
    r"успейте",
    r"знижк\w*",
    r"знижок\b",
    r"розпродаж\w*",
    r"акці(?:я|ї|ю|єю|й)\b",
    r"лише сьогодні",
    r"спецпропозиці\w*",
    r"встигніть",
    r"discount\w*",
    r"(?:flash |big )?sale\b",
    r"coupon\w*",
    r"promo(?:\b|code|tion)\w*",
    r"special offer\w*",
    r"\d+ ?% off\b",
    r"buy (?:now|one)",
    r"only today",
    r"хямдрал\w*",
    r"урамшуул\w*",
)
_SIGNS: Final = re.compile(r"\b(?:" + "|".join(_STEMS) + ")", re.IGNORECASE)
_PRODUCTS: Final = re.compile(r"\bproducts\s*\[")


def signs_of_promotion(source: str) -> list[str]:
    """The words of a template's source that advertise, each once, as they stand; shape (k,).

    Knows Russian, Ukrainian, English and Mongolian; a block of products counts as one too.
    """
    found = [match[0] for match in _SIGNS.finditer(source)]
    if _PRODUCTS.search(source):
        found.append("products[...]")
    return list(dict.fromkeys(found))
