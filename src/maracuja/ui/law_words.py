"""What the pages of the law say, in English, Russian, Ukrainian and Mongolian, by explicit tables.

What a shop has written itself is never translated.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from maracuja.decisions.message_words import happened
from maracuja.decisions.reason_words import sentence
from maracuja.decisions.reasons import Outcome, read
from maracuja.errors import BadInput
from maracuja.runtime.message_proof import StepProven

LANGUAGES: Final = ("en", "ru", "uk", "mn")
Texts = tuple[str, str, str, str]  # in the order of LANGUAGES
Others = tuple[str, str, str]  # of a sentence that is English itself

LABELS: Final[dict[str, Texts]] = {
    "record": ("Record of processing", "Реестр обработки данных", "Реєстр обробки даних",
               "Мэдээлэл боловсруулалтын бүртгэл"),
    "as_of": ("As of {} UTC", "По состоянию на {} UTC", "Станом на {} UTC",
              "{} UTC-ийн байдлаар"),
    "responsible": ("Responsible", "Ответственный", "Відповідальний", "Хариуцагч"),
    "address": ("Address", "Адрес", "Адреса", "Хаяг"),
    "contact": ("Contact", "Контакт", "Контакт", "Холбоо барих"),
    "officer": ("Data protection officer", "Ответственный за защиту данных",
                "Відповідальний за захист даних", "Мэдээлэл хамгаалах ажилтан"),
    "purposes": ("Purposes", "Цели", "Цілі", "Зорилго"),
    "people": ("People", "Чьи данные", "Чиї дані", "Хэний мэдээлэл"),
    "channels": ("Channels and recipients", "Каналы и получатели", "Канали та одержувачі",
                 "Суваг ба хүлээн авагч"),
    "channel": ("Channel", "Канал", "Канал", "Суваг"),
    "recipient": ("Recipient", "Получатель", "Одержувач", "Хүлээн авагч"),
    "country": ("Country", "Страна", "Країна", "Улс"),
    "safeguards": ("Safeguards", "Гарантии", "Гарантії", "Баталгаа"),
    "data": ("Data", "Данные", "Дані", "Мэдээлэл"),
    "basis": ("Basis", "Основание", "Підстава", "Үндэслэл"),
    "kept_there": ("Kept there", "Хранится там", "Зберігається там", "Тэнд хадгалах хугацаа"),
    "traits": ("Traits", "Сведения о людях", "Відомості про людей", "Хүний тухай мэдээлэл"),
    "trait": ("Trait", "Сведение", "Відомість", "Мэдээлэл"),
    "purpose": ("Purpose", "Цель", "Мета", "Зорилго"),
    "class": ("Class", "Категория", "Категорія", "Ангилал"),
    "kept": ("Kept", "Хранится", "Зберігається", "Хадгалах хугацаа"),
    "retention": ("How long data are kept", "Сколько хранятся данные",
                  "Скільки зберігаються дані", "Мэдээллийг хэр удаан хадгалах вэ"),
    "days": ("Days", "Дней", "Днів", "Хоног"),
    "by": ("By", "Чьё правило", "Чиє правило", "Хэний дүрэм"),
    "oldest": ("Oldest", "Самое старое", "Найстаріше", "Хамгийн хуучин"),
    "note": ("Note", "Примечание", "Примітка", "Тайлбар"),
    "security": ("Security", "Защита", "Захист", "Аюулгүй байдал"),
    "lacks": ("Not declared yet", "Ещё не заявлено", "Ще не заявлено", "Хараахан мэдүүлээгүй"),
    "no_advice": (
        "Made from the configuration and the declarations of the shop. No legal advice.",
        "Составлен по настройкам и заявлениям магазина. Это не юридическая консультация.",
        "Складено за налаштуваннями та заявами магазину. Це не юридична консультація.",
        "Дэлгүүрийн тохиргоо, мэдүүлгээс гаргав. Энэ нь хуулийн зөвлөгөө биш.",
    ),
    "proof": ("Proof of a message", "Подтверждение сообщения", "Підтвердження повідомлення",
              "Мессежийн нотолгоо"),
    "message": ("Message", "Сообщение", "Повідомлення", "Мессеж"),
    "person": ("Person", "Человек", "Людина", "Хүн"),
    "campaign": ("Campaign", "Кампания", "Кампанія", "Кампанит ажил"),
    "topic": ("Topic", "Тема", "Тема", "Сэдэв"),
    "law": ("Law", "Закон", "Закон", "Хууль"),
    "text": ("Text", "Текст", "Текст", "Бичвэр"),
    "template": ("Template", "Шаблон", "Шаблон", "Загвар"),
    "version": ("version {}", "версия {}", "версія {}", "{}-р хувилбар"),
    "to": ("To", "Кому", "Кому", "Хэнд"),
    "subject": ("Subject", "Тема письма", "Тема листа", "Гарчиг"),
    "digest": ("SHA-256", "SHA-256", "SHA-256", "SHA-256"),
    "consent": ("Consent, as it stood at that second", "Согласие на ту секунду",
                "Згода на ту секунду", "Тухайн секундэд байсан зөвшөөрөл"),
    "said": ("Said", "Когда", "Коли", "Хэзээ"),
    "state": ("State", "Состояние", "Стан", "Төлөв"),
    "source": ("Source", "Источник", "Джерело", "Эх сурвалж"),
    "shown": ("Text shown", "Показанный текст", "Показаний текст", "Үзүүлсэн бичвэр"),
    "decision": ("Decision", "Решение", "Рішення", "Шийдвэр"),
    "delivery": ("Delivery", "Доставка", "Доставка", "Хүргэлт"),
    "when": ("When", "Когда", "Коли", "Хэзээ"),
    "what": ("What", "Что", "Що", "Юу"),
    "details": ("Details", "Подробности", "Подробиці", "Дэлгэрэнгүй"),
    "gaps": ("What is not known", "Что неизвестно", "Що невідомо", "Мэдэгдэхгүй зүйл"),
    "languages": ("Languages", "Языки", "Мови", "Хэл"),
}  # fmt: skip

# English stands in the record and the proof themselves; `{}` is what differs.
SAID: Final[dict[str, Others]] = {
    "customers, and visitors of the shop's pages and channels": (
        "покупатели, посетители страниц и каналов магазина",
        "покупці, відвідувачі сторінок і каналів магазину",
        "худалдан авагч, дэлгүүрийн хуудас, сувгийн зочин",
    ),
    "messages about {}": ("сообщения на тему {}", "повідомлення на тему {}",
                          "{} сэдвийн мессеж"),
    "address: {}": ("адрес: {}", "адреса: {}", "хаяг: {}"),
    "the message's text": ("текст сообщения", "текст повідомлення", "мессежийн бичвэр"),
    "consent; a contract for service messages": (
        "согласие; для служебных сообщений договор",
        "згода; для службових повідомлень договір",
        "зөвшөөрөл; үйлчилгээний мессежид гэрээ",
    ),
    "not declared": ("не заявлено", "не заявлено", "мэдүүлээгүй"),
    "nobody: the shop's own pages": ("никто: страницы самого магазина",
                                     "ніхто: сторінки самого магазину",
                                     "хэн ч биш: дэлгүүрийн өөрийн хуудас"),
    "the mail server {}": ("почтовый сервер {}", "поштовий сервер {}", "шуудангийн сервер {}"),
    "the maker of the person's browser": ("производитель браузера", "виробник браузера",
                                          "хөтчийн үйлдвэрлэгч"),
    "Apple and Google": ("Apple и Google", "Apple і Google", "Apple ба Google"),
    "messages and links are signed; keys are kept as hashes": (
        "сообщения и ссылки подписаны; ключи хранятся в виде хешей",
        "повідомлення й посилання підписані; ключі зберігаються як хеші",
        "мессеж, холбоосыг гарын үсгээр баталгаажуулна; түлхүүрийг хэш хэлбэрээр хадгална",
    ),
    "links in messages lead to what one person may do for themselves, and to nothing else": (
        "ссылки в сообщениях ведут только к тому, что человек вправе сделать для себя",
        "посилання в повідомленнях ведуть лише до того, що людина може зробити для себе",
        "мессеж дэх холбоос нь тухайн хүн өөртөө хийж болох зүйл рүү л хөтөлнө",
    ),
    "a person is erased from every table and file, with a certificate": (
        "человека удаляют из всех таблиц и файлов, с удостоверением",
        "людину видаляють з усіх таблиць і файлів, із посвідченням",
        "хүний мэдээллийг бүх хүснэгт, файлаас устгаж, гэрчилгээ олгоно",
    ),
    "every change by hand stands in the audit log": (
        "каждое изменение вручную записано в журнале",
        "кожну зміну вручну записано в журналі",
        "гараар хийсэн өөрчлөлт бүр журналд бичигдэнэ",
    ),
    "as long as the person": ("пока есть профиль", "доки є профіль", "хүний профайл байгаа цагт"),
    "{} days": ("{} дн.", "{} дн.", "{} хоног"),
    "who is responsible: `controller` with name and contact in `kind: law`": (
        "кто отвечает: `controller` с именем и контактом в `kind: law`",
        "хто відповідає: `controller` з ім'ям і контактом у `kind: law`",
        "хэн хариуцах: `kind: law` дахь `controller`-ийн нэр, холбоо барих хаяг",
    ),
    "the recipient of {}: name, country and keep in `recipients`": (
        "получатель канала {}: имя, страна и срок в `recipients`",
        "одержувач каналу {}: ім'я, країна і строк у `recipients`",
        "{} сувгийн хүлээн авагч: `recipients` дахь нэр, улс, хугацаа",
    ),
    "purpose and basis of {}: `kind: trait` for each": (
        "цель и основание для {}: по `kind: trait` на каждое",
        "мета і підстава для {}: по `kind: trait` на кожну",
        "{}-ийн зорилго, үндэслэл: тус бүрд `kind: trait`",
    ),
    "ordinary": ("обычная", "звичайна", "энгийн"),
    "special": ("особая", "особлива", "онцгой"),
    "minor": ("о детях", "про дітей", "хүүхдийн тухай"),
    "sensitive": ("чувствительная", "чутлива", "эмзэг"),
    "consent": ("согласие", "згода", "зөвшөөрөл"),
    "contract": ("договор", "договір", "гэрээ"),
    "legal_obligation": ("обязанность по закону", "обов'язок за законом", "хуулийн үүрэг"),
    "vital_interests": ("жизненные интересы", "життєві інтереси", "амин чухал ашиг сонирхол"),
    "public_task": ("общественная задача", "суспільне завдання", "нийтийн үүрэг"),
    "legitimate_interests": ("законный интерес", "законний інтерес", "хууль ёсны ашиг сонирхол"),
    "events": ("события", "події", "үйл явдал"),
    "bodies": ("тексты сообщений", "тексти повідомлень", "мессежийн бичвэр"),
    "decisions": ("решения", "рішення", "шийдвэр"),
    "conversations": ("переписка", "листування", "харилцан яриа"),
    "refused": ("отклонённые события", "відхилені події", "татгалзсан үйл явдал"),
    "inbox": ("входящие", "вхідні", "ирсэн мэдээлэл"),
    "trait {}": ("сведение {}", "відомість {}", "{} мэдээлэл"),
    "no limit": ("без срока", "без строку", "хугацаагүй"),
    "law": ("закон", "закон", "хууль"),
    "configuration": ("настройки", "налаштування", "тохиргоо"),
    "built in": ("встроено", "вбудовано", "суурь тохиргоо"),
    "after the last turn": ("после последней реплики", "після останньої репліки",
                            "сүүлийн үгийн дараа"),
    "events that were put aside": ("события, отложенные из-за ошибок",
                                   "події, відкладені через помилки",
                                   "алдаатай тул тусад нь тавьсан үйл явдал"),
    "until they are taken; {} waiting": ("пока не приняты; ждут: {}",
                                         "доки не прийняті; чекають: {}",
                                         "хүлээн авах хүртэл; хүлээгдэж буй: {}"),
    "The person was erased: text, address and consent went with them.": (
        "Человека удалили: текст, адрес и согласие удалены вместе с ним.",
        "Людину видалили: текст, адресу і згоду видалено разом із нею.",
        "Хүний мэдээллийг устгасан: бичвэр, хаяг, зөвшөөрөл хамт устсан.",
    ),
    "The text is kept no longer.": ("Срок хранения текста истёк.",
                                    "Строк зберігання тексту минув.",
                                    "Бичвэрийг хадгалах хугацаа дууссан."),
    "Nothing was sent: no text.": ("Ничего не отправлено: текста нет.",
                                   "Нічого не надіслано: тексту немає.",
                                   "Юу ч илгээгээгүй: бичвэр байхгүй."),
    "Nobody said a word about this topic on this channel before it.": (
        "До него никто ничего не говорил об этой теме в этом канале.",
        "До нього ніхто нічого не казав про цю тему в цьому каналі.",
        "Үүнээс өмнө энэ сувагт энэ сэдвийн талаар хэн ч юу ч хэлээгүй.",
    ),
    "A single message of service needs no opt-in.": (
        "Одиночному служебному сообщению согласие не нужно.",
        "Поодинокому службовому повідомленню згода не потрібна.",
        "Үйлчилгээний дан мессежид зөвшөөрөл шаардлагагүй.",
    ),
    "asked for by a program or an operator": ("запрошено программой или оператором",
                                              "запитано програмою або оператором",
                                              "програм эсвэл оператор хүссэн"),
    "opted_in": ("согласие дано", "згоду надано", "зөвшөөрсөн"),
    "opted_out": ("отказ", "відмова", "татгалзсан"),
    "pending": ("ждёт подтверждения", "чекає підтвердження", "баталгаажуулаагүй"),
    "unproven": ("без доказательства", "без доказу", "нотолгоогүй"),
    "soft": ("покупатель, не отказался", "покупець, не відмовився",
             "худалдан авагч, татгалзаагүй"),
    "unknown": ("неизвестно", "невідомо", "тодорхойгүй"),
    "True": ("да", "так", "тийм"),
    "False": ("нет", "ні", "үгүй"),
}  # fmt: skip

# Of what a step tells: its own names are those of the API.
DETAILS: Final[dict[str, Others]] = {
    "run": ("запуск", "запуск", "эхлүүлэлт"),
    "occurrence": ("повтор", "повтор", "давталт"),
    "outcome": ("итог", "підсумок", "үр дүн"),
    "reason": ("причина", "причина", "шалтгаан"),
    "variant": ("вариант", "варіант", "хувилбар"),
    "propensity": ("вероятность", "імовірність", "магадлал"),
    "language": ("язык", "мова", "хэл"),
    "held": ("контроль", "контроль", "хяналт"),
    "status": ("статус", "статус", "төлөв"),
    "code": ("код", "код", "код"),
    "raw": ("ответ", "відповідь", "хариу"),
    "url": ("адрес", "адреса", "хаяг"),
    "machine": ("программа", "програма", "програм"),
    "channel": ("канал", "канал", "суваг"),
}


def checked_language(language: str) -> str:
    """The language itself. Raises BadInput for one that these pages do not speak."""
    if language not in LANGUAGES:
        raise BadInput(
            f"There is no page in `{language}`.", fix=f"There is {', '.join(LANGUAGES)}."
        )
    return language


def label(name: str, language: str, value: str = "") -> str:
    """A heading or a name of a column."""
    return LABELS[name][LANGUAGES.index(language)].replace("{}", value)


def detail(name: str, language: str) -> str:
    """The name of something that a step tells."""
    other = DETAILS.get(name)
    return name if other is None or language == "en" else other[LANGUAGES.index(language) - 1]


def said(text: str, language: str) -> str:
    """A sentence of the record or the proof; what the shop wrote itself stays as it is."""
    if language == "en" or not text:
        return text
    column = LANGUAGES.index(language) - 1
    if text in SAID:
        return SAID[text][column]
    for pattern, others in _patterns():
        match = pattern.fullmatch(text)
        if match:
            return others[column].replace("{}", match.group(1))
    return text


def step(one: StepProven, language: str) -> str:
    """What was decided, or what became of the message."""
    if one.what in set(Outcome):
        reason, path = read(str(one.detail.get("reason") or ""))
        return sentence(Outcome(one.what), reason, language, path)
    told = happened(one.what, language, machine=bool(one.detail.get("machine")))
    return told if told != one.what else said(one.says, language)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Others], ...]:
    return tuple(
        (re.compile("(.+?)".join(map(re.escape, text.split("{}"))), re.DOTALL), others)
        for text, others in SAID.items()
        if "{}" in text
    )
