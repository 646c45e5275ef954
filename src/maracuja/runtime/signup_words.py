"""What people are written who signed up or asked about themselves, by a mail or in a chat."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final, NamedTuple

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "subject": "Please confirm: {shop}",
        "again": "A reminder, the only one: please confirm ({shop})",
        "asked": "Somebody, you we hope, asked {shop} to write to this address{about}.",
        "button": "Yes, that was me",
        "else": "If it was not you, do nothing: without a confirmation we write no more.",
        "until": "The link holds until {day}.",
        "about": " about: {topics}",
        "code": "{code} is your code for {shop}. Or open {link} - if you did not ask, do nothing.",
        "own_subject": "Your data at {shop}",
        "own": "You asked {shop} to show you everything that is kept about you.",
        "own_button": "Show and change it",
        "erase_subject": "Delete everything about you? {shop}",
        "erase": "You asked {shop} to delete everything that is kept about you.",
        "erase_button": "Go on to delete it",
        "own_else": "If it was not you, do nothing. The link holds for an hour.",
        "excuse_subject": "It was not for you: {shop}",
        "excuse": "Thank you, and excuse us. {shop} has deleted the name and writes you"
        " no more news or offers here.",
    },
    "ru": {
        "subject": "Подтвердите, пожалуйста: {shop}",
        "again": "Единственное напоминание: подтвердите, пожалуйста ({shop})",
        "asked": "Кто-то, надеемся, что вы, попросил {shop} писать на этот адрес{about}.",
        "button": "Да, это я",
        "else": "Если это не вы, ничего не делайте: без подтверждения мы больше не напишем.",
        "until": "Ссылка действует до {day}.",
        "about": " о теме: {topics}",
        "code": "{code} - ваш код для {shop}. Или откройте {link}. Если это не вы, забудьте.",
        "own_subject": "Ваши данные: {shop}",
        "own": "Вы попросили {shop} показать всё, что о вас хранится.",
        "own_button": "Показать и изменить",
        "erase_subject": "Удалить всё о вас? {shop}",
        "erase": "Вы попросили {shop} удалить всё, что о вас хранится.",
        "erase_button": "Перейти к удалению",
        "own_else": "Если это не вы, ничего не делайте. Ссылка действует один час.",
        "excuse_subject": "Это было не вам: {shop}",
        "excuse": "Спасибо и извините. {shop}: имя удалено, новостей и предложений сюда"
        " больше не будет.",
    },
    "uk": {
        "subject": "Підтвердьте, будь ласка: {shop}",
        "again": "Єдине нагадування: підтвердьте, будь ласка ({shop})",
        "asked": "Хтось, сподіваємося, що ви, попросив {shop} писати на цю адресу{about}.",
        "button": "Так, це я",
        "else": "Якщо це не ви, нічого не робіть: без підтвердження ми більше не напишемо.",
        "until": "Посилання діє до {day}.",
        "about": " про тему: {topics}",
        "code": "{code} - ваш код для {shop}. Або відкрийте {link}. Якщо це не ви, забудьте.",
        "own_subject": "Ваші дані: {shop}",
        "own": "Ви попросили {shop} показати все, що про вас зберігається.",
        "own_button": "Показати і змінити",
        "erase_subject": "Видалити все про вас? {shop}",
        "erase": "Ви попросили {shop} видалити все, що про вас зберігається.",
        "erase_button": "Перейти до видалення",
        "own_else": "Якщо це не ви, нічого не робіть. Посилання діє одну годину.",
        "excuse_subject": "Це було не вам: {shop}",
        "excuse": "Дякуємо і вибачте. {shop}: ім'я видалено, новин і пропозицій сюди"
        " більше не буде.",
    },
    "mn": {
        "subject": "Баталгаажуулна уу: {shop}",
        "again": "Цорын ганц сануулга: баталгаажуулна уу ({shop})",
        "asked": "Хэн нэгэн, таныг гэж найдаж байна, {shop}-г энэ хаягаар бичихийг хүссэн{about}.",
        "button": "Тийм, энэ би",
        "else": "Хэрэв та биш бол юу ч бүү хий: баталгаагүйгээр бид дахин бичихгүй.",
        "until": "Холбоос {day} хүртэл хүчинтэй.",
        "about": " (сэдэв: {topics})",
        "code": "{code} - {shop} таны код. Эсвэл {link} нээнэ үү. Та биш бол юу ч бүү хий.",
        "own_subject": "Таны мэдээлэл: {shop}",
        "own": "Та {shop}-д хадгалсан өөрийн бүх мэдээллийг үзэхийг хүссэн.",
        "own_button": "Үзэж, өөрчлөх",
        "erase_subject": "Таны тухай бүгдийг устгах уу? {shop}",
        "erase": "Та {shop}-д хадгалсан өөрийн бүх мэдээллийг устгахыг хүссэн.",
        "erase_button": "Устгах руу очих",
        "own_else": "Хэрэв та биш бол юу ч бүү хий. Холбоос нэг цаг хүчинтэй.",
        "excuse_subject": "Танд биш байсан: {shop}",
        "excuse": "Баярлалаа, уучлаарай. {shop}: нэрийг устгасан, энд дахин мэдээ, санал"
        " илгээхгүй.",
    },
}


class Letter(NamedTuple):
    """A mail that asks for a press, or of a chat its text alone."""

    subject: str
    text: str
    html: str


def confirm_letter(
    language: str, shop: str, topics: str, link: str, day: str, *, again: bool = False
) -> Letter:
    """Please confirm; `topics` in words ('': left out), `day` is when the link ends."""
    words = _words(language)
    about = words["about"].format(topics=topics) if topics else ""
    lines = [
        words["asked"].format(shop=shop, about=about),
        words["else"],
        words["until"].format(day=day),
    ]
    subject = words["again" if again else "subject"].format(shop=shop)
    return _letter(subject, lines, words["button"], link, language)


def code_text(language: str, shop: str, code: str, link: str) -> str:
    """The same as a short message, with a code to type in."""
    return _words(language)["code"].format(code=code, shop=shop, link=link)


def own_letter(language: str, shop: str, link: str, *, erase: bool) -> Letter:
    """The way to one's own data, or to their deletion."""
    words, name = _words(language), "erase" if erase else "own"
    lines = [words[name].format(shop=shop), words["own_else"]]
    subject = words[f"{name}_subject"].format(shop=shop)
    return _letter(subject, lines, words[f"{name}_button"], link, language)


def own_text(language: str, shop: str, link: str, *, erase: bool) -> Letter:
    """The same as a short message."""
    words = _words(language)
    return Letter("", f"{words['erase' if erase else 'own'].format(shop=shop)} {link}", "")


def excuse_letter(language: str, shop: str) -> Letter:
    """What is done for whoever is not the person that was meant."""
    words = _words(language)
    return Letter(words["excuse_subject"].format(shop=shop), words["excuse"].format(shop=shop), "")


def _words(language: str) -> Mapping[str, str]:
    return WORDS.get(language) or WORDS["en"]


def _letter(subject: str, lines: list[str], button: str, link: str, language: str) -> Letter:
    text = "\n\n".join([lines[0], f"{button}:\n{link}", *lines[1:]])
    rest = "".join(f'<p style="color:#555">{escape(line)}</p>' for line in lines[1:])
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{escape(subject)}</title></head>"
        '<body style="font:16px/1.5 sans-serif;margin:24px;max-width:32em">'
        f'<p>{escape(lines[0])}</p><p><a href="{escape(link)}" style="display:inline-block;'
        "background:#7a2e6b;color:#fff;padding:12px 20px;border-radius:8px;"
        f'text-decoration:none">{escape(button)}</a></p>{rest}</body></html>'
    )
    return Letter(subject, text, html)
