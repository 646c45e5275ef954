"""Words that stand in a name field and are nobody's name: companies, stop words, keyboard runs.

It must never hold a word by which people are called.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

COMPANIES: Final = frozenset(
    """
    ооо оао зао пао нао ао ип чп пбоюл нко ано тоо мчп гуп муп фгуп кфх снт тсж ко
    тов тзов фоп пп прат пат ват зат спд ндо осбб кооператив
    ххк хк ххн бхн зөвлөгөө компани
    llc ltd inc gmbh corp co plc llp sro jsc ooo oao zao ip fop tov company
    компания компанія фирма фірма магазин салон студия студія ателье ательє кафе ресторан отель
    готель агентство банк завод фабрика школа гимназия гімназія детсад садочок аптека клиника
    клініка склад офис офіс центр сервис сервіс холдинг трейд групп группа група предприятие
    підприємство организация організація фонд shop store salon studio cafe hotel agency bank
    group holding trade service center centre office дэлгүүр групп
    """.split()
)
"""Marks of legal forms and of businesses; "ФОП Олена" speaks to a firm, not to Олена."""

NOBODY: Final = frozenset(
    """
    тест тестов тестовый тестовая тестовое тестовий тестова тестове тестик проверка перевірка
    пробный пробная пробный образец пример приклад зразок
    клиент клиентка клієнт клієнтка покупатель покупательница покупець гость гостья гість
    пользователь користувач юзер подписчик підписник абонент аноним анонім анонимно анонимный
    неизвестно неизвестный неизвестная невідомо невідомий невідома нет немає нема отсутствует
    відсутнє пусто порожньо никто ніхто некто хтось незнакомец незнакомка инкогнито
    имя имени фамилия отчество фио имяфамилия ім'я імʼя ім’я імя прізвище піб нэр овог
    админ администратор адміністратор админы менеджер оператор директор бухгалтер секретарь
    курьер кур'єр водитель водій доставка заказ замовлення самовывоз самовивіз звонок
    перезвонить передзвонити спам удалить видалити удалён удален дубль дубликат ошибка помилка
    мама папа тато муж жена чоловік дружина сын син дочь донька бабушка бабуся дедушка дідусь
    брат сестра тётя тетя тітка дядя дядько сосед соседка сусід сусідка подруга друг семья
    сім'я родители хозяин хозяйка девушка парень мужчина женщина дівчина хлопець жінка
    украине україні россии человек людина ребенок ребёнок дитина привет привіт здравствуйте
    спасибо дякую да
    абв абвг абвгд xxx ххх xyz abc abcd пвп ыыы аа бб вв
    харилцагч үйлчлүүлэгч зочин туршилт хэрэглэгч байхгүй хоёр
    test tests tester testing testov testovy testoviy client customer buyer guest user username
    anonymous anonym unknown none null nan nil undefined no name noname nobody none n/a na
    first last firstname lastname surname fullname fio imya admin administrator manager operator
    demo sample example foo bar baz lorem ipsum spam hello order delivery deleted delete removed
    mother father mom dad wife husband sister brother string object true false yes
    """.split()
)
"""Stop words: with one of them in the field, no other word of it is trusted."""

AND: Final = frozenset("и й і y та або или and or und плюс с со з зі із ба болон".split())
"""Words that join two people, in small letters between two words."""

TITLES: Final = frozenset(
    """
    господин госпожа г-н г-жа гн гжа гражданин гражданка товарищ доктор профессор
    пан пані пане панна п-ні д-р проф гр тов-щ добродій добродійка лікар
    mr mrs ms miss dr prof sir madam mister missis gospodin gospozha pan pani
    гуай ноён хатагтай эрхэм
    """.split()
)
"""Words of address that may stand beside a name."""

_ROWS: Final = (
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
    "йцукенгшщзхї",
    "фівапролджє",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
)
_RUN = 3


def _neighbours() -> frozenset[str]:
    """Every pair of letters that lie side by side on a keyboard, in both directions."""
    pairs = set()
    for row in _ROWS:
        for a, b in pairwise(row):
            pairs |= {a + b, b + a}
    return frozenset(pairs)


_NEIGHBOURS: Final = _neighbours()


def typed_along_the_keyboard(word: str) -> bool:
    """Whether a word of small letters is all runs of three or more neighbouring keys ("фывйцу").

    A word of three letters may be one by chance ("рол"): only longer ones are told.
    """
    if len(word) <= _RUN:
        return False
    run = 1
    for a, b in pairwise(word):
        if a + b in _NEIGHBOURS:
            run += 1
        elif run < _RUN:
            return False
        else:
            run = 1
    return run >= _RUN
