"""A service message is refused where it advertises."""

from __future__ import annotations

import pytest

from maracuja.campaigns.promotion import signs_of_promotion


@pytest.mark.parametrize(
    "text",
    [
        "Ваш код 1234. А ещё у нас СКИДКИ до 30 %!",
        "Дарим промокод на следующий заказ",
        "Знижки до неділі",
        "Ваше бронювання підтверджено. Встигніть на розпродаж",
        "Your code is 1234. 20% off today",
        "A coupon for you",
        "{{ products[facts.last_viewed].title }}",
    ],
)
def test_promotion_is_seen(text: str) -> None:
    assert signs_of_promotion(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ваш код 1234",
        "Ваш заказ передан в доставку, сумма 1500 грн",
        "Ваше бронювання підтверджено",
        "Your code is 1234. It is valid for ten minutes.",
        "Wholesale order 17 is ready",
    ],
)
def test_a_service_text_is_let_be(text: str) -> None:
    assert signs_of_promotion(text) == []
