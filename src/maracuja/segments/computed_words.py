"""What computed facts are called in plain words; Mongolian ones are in phrases_mn.

Every fact must have its words in every language; a test compares them. `{of}` is what it is of.
"""

from __future__ import annotations

from typing import Final

from maracuja.segments.phrases_mn import FACTS

NAMES: Final[dict[str, tuple[str, str, str]]] = {
    "orders": ("the number of orders", "число заказов", "кількість замовлень"),
    "first_order": ("the first order", "первый заказ", "перше замовлення"),
    "last_order": ("the last order", "последний заказ", "останнє замовлення"),
    "days_since_order": (
        "days since the last order", "дней с последнего заказа", "днів від останнього замовлення",
    ),
    "lifetime_value": (
        "the lifetime value to date", "выручка за всё время", "виторг за весь час",
    ),
    "average_order": ("the average order", "средний заказ", "середнє замовлення"),
    "recency_score": ("the recency score", "балл давности", "бал давності"),
    "frequency_score": ("the frequency score", "балл частоты", "бал частоти"),
    "value_score": ("the value score", "балл выручки", "бал виторгу"),
    "rfv": ("the RFV scores", "баллы RFV", "бали RFV"),
    "value_decile": (
        "the decile by value (10 is the top)",
        "дециль по выручке (10 — лучшие)",
        "дециль за виторгом (10 — найкращі)",
    ),
    "value_top_share": (
        "the share of buyers worth as much or more, in %",
        "доля покупателей с такой же выручкой или больше, в %",
        "частка покупців із таким самим виторгом або більшим, у %",
    ),
    "value_bottom_share": (
        "the share of buyers worth as much or less, in %",
        "доля покупателей с такой же выручкой или меньше, в %",
        "частка покупців із таким самим виторгом або меншим, у %",
    ),
    "top_category": (
        "the favourite category", "любимая категория", "улюблена категорія",
    ),
    "top_category_share": (
        "the share of the favourite category in all interest",
        "доля любимой категории в интересе",
        "частка улюбленої категорії в інтересі",
    ),
    "category_affinity": (
        "the share of {of} in all interest",
        "доля категории {of} в интересе",
        "частка категорії {of} в інтересі",
    ),
    "top_product": ("the favourite product", "любимый товар", "улюблений товар"),
    "usual_price": ("the usual price", "привычная цена", "звична ціна"),
    "price_band": ("the band of prices", "уровень цен", "рівень цін"),
    "visits": ("the number of visits", "число визитов", "кількість візитів"),
    "last_visit": ("the last visit", "последний визит", "останній візит"),
    "minutes_a_visit": ("minutes a visit", "минут за визит", "хвилин за візит"),
    "first_source": (
        "the source of the first visit", "источник первого визита", "джерело першого візиту",
    ),
    "last_source": (
        "the source of the last visit", "источник последнего визита", "джерело останнього візиту",
    ),
    "device": ("the usual device", "обычное устройство", "звичний пристрій"),
    "region": (
        "the region of the last visit", "регион последнего визита", "регіон останнього візиту",
    ),
    "dwell_seconds": (
        "seconds with products {of}", "секунд за товарами {of}", "секунд за товарами {of}",
    ),
    "product_dwell_seconds": (
        "seconds with the product {of}", "секунд за товаром {of}", "секунд за товаром {of}",
    ),
    "longest_product": (
        "the product looked at longest",
        "товар, который рассматривали дольше всего",
        "товар, який розглядали найдовше",
    ),
    "longest_category": (
        "the category looked at longest",
        "категория, которую рассматривали дольше всего",
        "категорія, яку розглядали найдовше",
    ),
    "funnel_step": (
        "the step reached on the way to an order",
        "шаг на пути к заказу",
        "крок на шляху до замовлення",
    ),
    "funnel_left": (
        "the last step towards an order", "последний шаг к заказу", "останній крок до замовлення",
    ),
    "funnel_product": (
        "the product of that step", "товар на этом шаге", "товар на цьому кроці",
    ),
    "funnel_category": (
        "the category of that step", "категория на этом шаге", "категорія на цьому кроці",
    ),
}  # fmt: skip
_PLACE: Final = {"en": 0, "ru": 1, "uk": 2}


def called(name: str, of: str, language: str) -> str:
    """The fact's name in words; `of` is already in quotation marks, or empty."""
    if language == "mn":
        return FACTS[name].format(of=of).rstrip()
    return NAMES[name][_PLACE[language]].format(of=of).rstrip()
