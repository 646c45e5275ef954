"""Makes src/maracuja/language/data/cities_lvovich.tsv from lvovich's cities, mending eight rows.

Run `python scripts/city_table.py ../shared/data/names/lvovich-cities/cities.tsv`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

TABLE: Final = Path(__file__).parents[1] / "src/maracuja/language/data/cities_lvovich.tsv"
MENDED: Final[dict[str, tuple[str, str, str, str]]] = {
    "Арысь": ("Арыси", "Арыси", "Арысь", "feminine like the river: взрывы в Арыси"),
    "Электросталь": (
        "Электростали",
        "Электростали",
        "Электросталь",
        "feminine like сталь: в Электростали",
    ),
    "Елец": ("Ельце", "Ельца", "Елец", "a fleeting е: в Ельце"),
    "Череповец": ("Череповце", "Череповца", "Череповец", "a fleeting е: в Череповце"),
    "Шахты": ("Шахтах", "Шахт", "Шахты", "a plural that declines: в Шахтах"),
    "Люберцы": ("Люберцах", "Люберец", "Люберцы", "the genitive plural has е: из Люберец"),
    "Химки": ("Химках", "Химок", "Химки", "the genitive plural is Химок"),
    "Щучье": ("Щучьем", "Щучьего", "Щучье", "an adjective by its forms: в Щучьем"),
}
"""in, from, to as they should be, and why lvovich's own row is wrong."""


def mended(text: str) -> str:
    """The rows nominative, in, from, to with the wrong ones made right, in their order."""
    lines = []
    for line in text.splitlines():
        right = MENDED.get(line.split("\t")[0])
        lines.append("\t".join([line.split("\t")[0], *right[:3]]) if right else line)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TABLE.write_text(mended(Path(sys.argv[1]).read_text()))
