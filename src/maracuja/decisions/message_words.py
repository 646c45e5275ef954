"""What became of a message since it was decided, said to a person in words."""

from __future__ import annotations

from typing import Final

from maracuja.decisions.reason_words import Texts, column

QUEUED: Final = "Message Queued"  # no event: nothing has become of it yet

# What became of a message since it was decided, by the event's own name.
_BECAME: Final[dict[str, Texts]] = {
    QUEUED: ("to be sent", "будет отправлено", "буде надіслано", "илгээгдэнэ"),
    "Message Sent": ("sent", "отправлено", "надіслано", "илгээсэн"),
    "Message Deferred": (
        "put off by the recipient's server",
        "сервер получателя просит подождать",
        "сервер отримувача просить зачекати",
        "хүлээн авагчийн сервер хүлээхийг хүссэн",
    ),
    "Message Delivered": ("delivered", "доставлено", "доставлено", "хүргэсэн"),
    "Message Read": ("read", "прочитано", "прочитано", "уншсан"),
    "Message Clicked": (
        "clicked",
        "переход по ссылке",
        "перехід за посиланням",
        "холбоос дээр дарсан",
    ),
    "Message Replied": ("replied", "ответ", "відповідь", "хариулсан"),
    "Message Bounced": (
        "bounced",
        "адрес не принимает почту",
        "адреса не приймає пошту",
        "хаяг шуудан хүлээж авдаггүй",
    ),
    "Message Rejected": ("rejected", "отклонено", "відхилено", "татгалзсан"),
    "Message Failed": (
        "failed",
        "не удалось отправить",
        "не вдалося надіслати",
        "илгээж чадсангүй",
    ),
    "Message Complained": (
        "complained",
        "жалоба на спам",
        "скарга на спам",
        "спам гэж гомдол гаргасан",
    ),
    "Message Unknown": (
        "unknown",
        "неизвестно, дошло ли",
        "невідомо, чи дійшло",
        "хүрсэн эсэх тодорхойгүй",
    ),
    "Subscription Updated": (
        "subscriptions changed",
        "подписки изменены",
        "підписки змінено",
        "захиалга өөрчлөгдсөн",
    ),
}
_MACHINE: Final = (" (by a machine)", " (программой)", " (програмою)", " (программ)")


def happened(event: str, language: str = "en", *, machine: bool = False) -> str:
    """An event of a message in words, as `Message Clicked`; an event that is none as it is."""
    said = _BECAME.get(event)
    told = said[column(language)] if said else event
    return told + (_MACHINE[column(language)] if machine else "")
