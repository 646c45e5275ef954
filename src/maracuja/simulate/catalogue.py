"""What the simulated shop sells: a product feed of its own."""

from __future__ import annotations

from typing import Final

import polars as pl

from maracuja import rng

# title, category, price in hryvnias
GOODS: Final = (
    ("Маракуйя, 1 кг", "fruit", 320), ("Маракуйя, кошик", "fruit", 890),
    ("Манго Кент", "fruit", 240), ("Пітая", "fruit", 360), ("Лічі, 500 г", "fruit", 210),
    ("Гранат", "fruit", 95), ("Ананас голд", "fruit", 185), ("Папая", "fruit", 275),
    ("Карамбола", "fruit", 330), ("Хурма", "fruit", 120),
    ("Спінінг Ріка 2.4 м", "fishing", 1890), ("Котушка Хвиля 3000", "fishing", 2450),
    ("Воблер Щука", "fishing", 260), ("Набір блешень", "fishing", 420),
    ("Човен надувний", "fishing", 9800), ("Садок рибацький", "fishing", 540),
    ("Волосінь 150 м", "fishing", 145), ("Намет зимовий", "fishing", 3900),
    ("Сукня лляна", "clothes", 1650), ("Сорочка біла", "clothes", 980),
    ("Куртка вітрозахисна", "clothes", 3200), ("Штани карго", "clothes", 1450),
    ("Кросівки міські", "clothes", 2900), ("Шарф вовняний", "clothes", 620),
    ("Пальто", "clothes", 5400), ("Футболка", "clothes", 450),
    ("Лампа настільна", "home", 870), ("Плед", "home", 1100), ("Чайник", "home", 1350),
    ("Набір чашок", "home", 640), ("Ваза", "home", 520), ("Килим", "home", 2700),
)  # fmt: skip


def make_catalogue(seed: int, currency: str = "UAH") -> pl.DataFrame:
    """The feed as a shop exports it: id, title, category, price, currency, stock, url, picture.

    Prices are in major units as feeds give them.
    """
    draw = rng.stream(seed, "catalogue")
    stock = draw.integers(0, 60, len(GOODS))
    return pl.DataFrame(
        {
            "id": [f"p{n:03d}" for n in range(len(GOODS))],
            "title": [title for title, _, _ in GOODS],
            "category": [category for _, category, _ in GOODS],
            "price": [f"{price}.00" for _, _, price in GOODS],
            "currency": [currency] * len(GOODS),
            "stock": stock.tolist(),
            "url": [f"https://maracuja.example/p/p{n:03d}" for n in range(len(GOODS))],
            "picture": [f"https://maracuja.example/i/p{n:03d}.jpg" for n in range(len(GOODS))],
        }
    )
