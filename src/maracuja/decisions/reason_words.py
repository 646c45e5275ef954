"""How each decision and its reason are said to a person in words; messages: `message_words`."""

from __future__ import annotations

import re
from typing import Final

from maracuja.decisions.reasons import Outcome, Reason, unreached

LANGUAGES: Final = ("en", "ru", "uk", "mn")
Texts = tuple[str, str, str, str]  # in the order of LANGUAGES

_WORDS: Final[dict[Reason, Texts]] = {
    Reason.HOUR_PASSED: (
        "the hour had passed in the person's own zone when the campaign was launched",
        "в часовом поясе человека этот час уже прошёл, когда кампанию запустили",
        "у часовому поясі людини ця година вже минула, коли кампанію запустили",
        "кампанит ажлыг эхлүүлэхэд тухайн хүний цагийн бүсэд сонгосон цаг өнгөрсөн байсан",
    ),
    Reason.LOCAL_TIME: (
        "the time chosen for the person's own zone has not come yet",
        "время, выбранное для часового пояса человека, ещё не наступило",
        "час, обраний для часового поясу людини, ще не настав",
        "тухайн хүний цагийн бүсэд сонгосон цаг хараахан болоогүй байна",
    ),
    Reason.EXPIRED: (
        "the message was no longer current",
        "сообщение уже утратило актуальность",
        "повідомлення вже втратило актуальність",
        "мессежийн хугацаа өнгөрсөн",
    ),
    Reason.GONE: (
        "the profile was erased or merged into another after the audience was taken",
        "профиль удалён или объединён с другим после того, как собрали аудиторию",
        "профіль видалено або об'єднано з іншим після того, як зібрали аудиторію",
        "хүрээг тогтоосноос хойш уг профайлыг устгасан эсвэл өөр профайлтай нэгтгэсэн",
    ),
    Reason.GOAL_REACHED: (
        "the goal was reached after the event, before the message was due",
        "цель достигнута после события, ещё до сообщения",
        "мети досягнуто після події, ще до повідомлення",
        "үйл явдлын дараа, мессеж илгээх цагаас өмнө зорилго биелсэн",
    ),
    Reason.HAPPENED: (
        "something happened in the meantime that makes the message needless",
        "за это время произошло то, что делает сообщение ненужным",
        "за цей час сталося те, що робить повідомлення зайвим",
        "энэ хооронд мессежийг илүүц болгох зүйл тохиолдсон",
    ),
    Reason.NOT_IN_AUDIENCE: (
        "the person was not in the audience when the message was due",
        "человек не входил в аудиторию, когда пришло время сообщения",
        "людина не входила до аудиторії, коли настав час повідомлення",
        "мессеж илгээх цаг болоход тухайн хүн хүрээнд байгаагүй",
    ),
    Reason.SUPPRESSED: (
        "the address is on the suppression list",
        "адрес находится в стоп-листе",
        "адреса перебуває у стоп-листі",
        "хаяг илгээхгүй хаягийн жагсаалтад байна",
    ),
    Reason.OPTED_OUT: (
        "the person opted out of this topic",
        "человек отписался от этой темы",
        "людина відписалася від цієї теми",
        "тухайн хүн энэ сэдвээс татгалзсан",
    ),
    Reason.CONSENT_PENDING: (
        "the person was asked and has not confirmed the consent yet",
        "согласие запрошено, но ещё не подтверждено",
        "згоду запитано, але ще не підтверджено",
        "зөвшөөрөл хүссэн ч хараахан баталгаажуулаагүй байна",
    ),
    Reason.CONSENT_UNPROVEN: (
        "the consent was imported without its source or date",
        "согласие импортировано без источника или даты",
        "згоду імпортовано без джерела або дати",
        "зөвшөөрлийг эх сурвалж эсвэл огноогүйгээр импортолсон",
    ),
    Reason.NO_CONSENT: (
        "the person never agreed to this topic on this channel",
        "человек не давал согласия на эту тему в этом канале",
        "людина не давала згоди на цю тему в цьому каналі",
        "тухайн хүн энэ сувгаар энэ сэдвийг авахыг зөвшөөрөөгүй",
    ),
    Reason.LAW_OPT_IN: (
        "the law of the person's country asks for another kind of consent",
        "закон страны человека требует другого согласия",
        "закон країни людини вимагає іншої згоди",
        "тухайн хүний улсын хууль өөр төрлийн зөвшөөрөл шаарддаг",
    ),
    Reason.NO_ADDRESS: (
        "there is no address to reach the person at",
        "нет адреса, по которому можно связаться с человеком",
        "немає адреси, за якою можна зв'язатися з людиною",
        "тухайн хүнтэй холбогдох хаяг алга",
    ),
    Reason.RESTRICTED: (
        "the person asked that their data be left alone, and that is not settled yet",
        "человек попросил не трогать его данные, и вопрос ещё не решён",
        "людина попросила не чіпати її дані, і питання ще не вирішено",
        "тухайн хүн өгөгдөлдөө хүрэхгүй байхыг хүссэн бөгөөд энэ нь хараахан шийдэгдээгүй",
    ),
    Reason.OBJECTED: (
        "the person objected to profiling, and the message goes by what people do",
        "человек возразил против профилирования, а сообщение зависит от поведения людей",
        "людина заперечила проти профілювання, а повідомлення залежить від поведінки людей",
        "тухайн хүн профайл үүсгэхийг эсэргүүцсэн, харин мессеж нь хүмүүсийн үйлдэлд тулгуурладаг",
    ),
    Reason.UNDER_AGE: (
        "the person is younger than the law of their country asks for marketing",
        "человек младше возраста, с которого закон его страны разрешает рекламу",
        "людина молодша за вік, з якого закон її країни дозволяє рекламу",
        "тухайн хүн улсынхаа хуулиар сурталчилгаа авч болох наснаас доош",
    ),
    Reason.MISSING: (
        "the message needs something that is not known about the person",
        "для сообщения не хватает данных о человеке",
        "для повідомлення бракує даних про людину",
        "мессежид хэрэгтэй мэдээлэл тухайн хүний талаар алга",
    ),
    Reason.STALE: (
        "something that the message needs is known, but too old",
        "данные, нужные сообщению, устарели",
        "дані, потрібні повідомленню, застаріли",
        "мессежид хэрэгтэй мэдээлэл байгаа ч хэт хуучирсан",
    ),
    Reason.UNSURE: (
        "something that the message needs is only guessed",
        "данные, нужные сообщению, лишь предположительны",
        "дані, потрібні повідомленню, лише припущення",
        "мессежид хэрэгтэй мэдээлэл зөвхөн таамаг",
    ),
    Reason.NOT_GIVEN: (
        "the message would tell the person what they never told us",
        "сообщение выдало бы то, чего человек нам не сообщал",
        "повідомлення виказало б те, чого людина нам не повідомляла",
        "мессеж тухайн хүний бидэнд хэлээгүй зүйлийг илчлэх байсан",
    ),
    Reason.ON_HOLD: (
        "something of theirs is open: a complaint, a refund or a late order",
        "у человека есть нерешённый вопрос: жалоба, возврат или опоздавший заказ",
        "у людини є невирішене питання: скарга, повернення або замовлення, що запізнюється",
        "шийдэгдээгүй асуудалтай: гомдол, буцаалт эсвэл хоцорсон захиалга",
    ),
    Reason.NOT_ABOUT_THIS: (
        "the person wants to hear nothing about this category",
        "человек не хочет ничего слышать об этой категории",
        "людина не хоче нічого чути про цю категорію",
        "тухайн хүн энэ ангиллын талаар юу ч сонсохыг хүсэхгүй байна",
    ),
    Reason.PRODUCT_GONE: (
        "the product is sold out or no longer offered",
        "товар распродан или больше не продаётся",
        "товар розпродано або більше не продається",
        "бараа дууссан эсвэл зарагдахаа больсон",
    ),
    Reason.TOO_LONG: (
        "the text would have been too long",
        "текст получился бы слишком длинным",
        "текст вийшов би задовгим",
        "бичвэр хэт урт болох байсан",
    ),
    Reason.COUPONS_GONE: (
        "no coupon code was left in the pool",
        "в пуле не осталось купонов",
        "у пулі не залишилося купонів",
        "санд купоны код үлдээгүй",
    ),
    Reason.NOT_RENDERED: (
        "the text could not be written for this person",
        "не удалось составить текст для этого человека",
        "не вдалося скласти текст для цієї людини",
        "энэ хүнд зориулж бичвэр бэлтгэж чадсангүй",
    ),
    Reason.QUIET_HOURS: (
        "it is a quiet hour where the person lives",
        "у человека сейчас тихие часы",
        "у людини зараз тихі години",
        "тухайн хүний амьдардаг газар одоо чимээгүй цаг байна",
    ),
    Reason.LAW_HOURS: (
        "it is an hour at which the law of the person's country lets no advertising arrive",
        "в этот час закон страны человека не разрешает рекламу",
        "у цю годину закон країни людини не дозволяє рекламу",
        "энэ цагт тухайн хүний улсын хууль сурталчилгаа илгээхийг зөвшөөрдөггүй",
    ),
    Reason.FREQUENCY_CAP: (
        "the person has heard from us often enough lately",
        "человек уже получил достаточно сообщений за последнее время",
        "людина вже отримала достатньо повідомлень останнім часом",
        "тухайн хүн сүүлийн үед хангалттай олон мессеж авсан",
    ),
    Reason.HELD_OUT: (
        "the person is in the control group",
        "человек входит в контрольную группу",
        "людина належить до контрольної групи",
        "тухайн хүн хяналтын бүлэгт багтсан",
    ),
    Reason.WINDOW_CLOSED: (
        "the person has not written lately, and the channel takes only approved templates then",
        "человек давно не писал, а канал принимает тогда только одобренные шаблоны",
        "людина давно не писала, а канал приймає тоді лише схвалені шаблони",
        "тухайн хүн удаан хугацаанд бичээгүй, ийм үед суваг зөвхөн батлагдсан загвар хүлээн авдаг",
    ),
    Reason.UNREACHABLE: (
        "no channel of the cascade reaches the person",
        "ни один канал каскада не доходит до человека",
        "жоден канал каскаду не доходить до людини",
        "дарааллын аль ч суваг тухайн хүнд хүрэхгүй",
    ),
    Reason.REACHED: (
        "another channel of the cascade had reached the person first",
        "до человека уже дошло сообщение по другому каналу каскада",
        "до людини вже дійшло повідомлення іншим каналом каскаду",
        "дарааллын өөр суваг тухайн хүнд түрүүлж хүрсэн",
    ),
    Reason.CASCADE: (
        "it is not known yet what the step before comes to",
        "ещё неизвестно, чем закончится предыдущий шаг",
        "ще невідомо, чим завершиться попередній крок",
        "өмнөх алхам юугаар дуусах нь хараахан мэдэгдэхгүй байна",
    ),
    Reason.FOR_THE_WINNER: (
        "the texts are being tested on others: the better one will be sent",
        "тексты проверяются на других людях: будет отправлен лучший",
        "тексти перевіряються на інших людях: буде надіслано кращий",
        "бичвэрүүдийг бусад хүмүүс дээр туршиж байна: илүүг нь илгээнэ",
    ),
    Reason.ASKED_FOR_PAUSE: (
        "the person asked for a pause, and it is not over",
        "человек попросил о паузе, и она ещё не закончилась",
        "людина попросила про паузу, і вона ще не скінчилася",
        "тухайн хүн завсарлага хүссэн бөгөөд энэ нь дуусаагүй байна",
    ),
    Reason.ASKED_FOR_LESS: (
        "the person asked to hear less often about this topic, and has heard lately",
        "человек просил писать об этом реже, а недавно ему уже писали",
        "людина просила писати про це рідше, а нещодавно їй уже писали",
        "тухайн хүн энэ сэдвээр цөөн бичихийг хүссэн, саяхан мессеж авсан",
    ),
    Reason.ASKED_FOR_HOURS: (
        "the person asked to be written to at other hours",
        "человек просил писать в другие часы",
        "людина просила писати в інші години",
        "тухайн хүн өөр цагт бичихийг хүссэн",
    ),
    Reason.CANCELLED: (
        "the campaign was cancelled first",
        "кампанию отменили раньше",
        "кампанію скасували раніше",
        "кампанит ажлыг түрүүлж цуцалсан",
    ),
    Reason.PASSED: (
        "all conditions were met",
        "все условия выполнены",
        "усі умови виконано",
        "бүх нөхцөл биелсэн",
    ),
}

# Where the decision says which value it was: `missing:person.city`.
_DETAILED: Final[dict[Reason, Texts]] = {
    Reason.MISSING: (
        "the person's {name} is not known",
        "о человеке неизвестно: {name}",
        "про людину невідомо: {name}",
        "тухайн хүний талаар мэдэгдэхгүй: {name}",
    ),
    Reason.STALE: (
        "what is known as the person's {name} is too old",
        "данные о человеке устарели: {name}",
        "дані про людину застаріли: {name}",
        "тухайн хүний мэдээлэл хэт хуучирсан: {name}",
    ),
    Reason.UNSURE: (
        "the person's {name} is only guessed",
        "данные о человеке лишь предположительны: {name}",
        "дані про людину лише припущення: {name}",
        "тухайн хүний мэдээлэл зөвхөн таамаг: {name}",
    ),
    Reason.NOT_GIVEN: (
        "the person never told us this: {name}",
        "человек нам этого не сообщал: {name}",
        "людина нам цього не повідомляла: {name}",
        "тухайн хүн бидэнд үүнийг хэлээгүй: {name}",
    ),
    Reason.ON_HOLD: (
        "something of theirs is open: {name}",
        "у человека есть нерешённый вопрос: {name}",
        "у людини є невирішене питання: {name}",
        "шийдэгдээгүй асуудалтай: {name}",
    ),
    Reason.NOT_ABOUT_THIS: (
        "the person wants to hear nothing about “{name}”",
        "человек не хочет ничего слышать о «{name}»",
        "людина не хоче нічого чути про «{name}»",
        "тухайн хүн «{name}» талаар юу ч сонсохыг хүсэхгүй байна",
    ),
    Reason.TOO_LONG: (
        "the text would have been too long: {name}",
        "текст получился бы слишком длинным: {name}",
        "текст вийшов би задовгим: {name}",
        "бичвэр хэт урт болох байсан: {name}",
    ),
}
_NAMES: Final[dict[str, Texts]] = {
    "first_name": ("first name", "имя", "ім'я", "нэр"),
    "last_name": ("last name", "фамилия", "прізвище", "овог"),
    "gender": ("gender", "пол", "стать", "хүйс"),
    "city": ("city", "город", "місто", "хот"),
    "birthday": ("birthday", "день рождения", "день народження", "төрсөн өдөр"),
    "email": ("e-mail", "адрес почты", "адреса пошти", "и-мэйл"),
    "phone": ("phone", "телефон", "телефон", "утас"),
    "language": ("language", "язык", "мова", "хэл"),
}
_PLAIN: Final = re.compile(r"(?:products\[)?(?:person|facts)\.(\w+)\]?")

_OUTCOMES: Final[dict[Outcome, Texts]] = {
    Outcome.SEND: ("sent", "отправлено", "надіслано", "илгээсэн"),
    Outcome.GHOST: (
        "held out: everything but the sending was done",
        "контроль: сделано всё, кроме отправки",
        "контроль: зроблено все, крім надсилання",
        "хяналт: илгээхээс бусад бүх алхмыг хийсэн",
    ),
    Outcome.WAIT: ("put off", "отложено", "відкладено", "хойшлуулсан"),
    Outcome.NEVER: ("not sent", "не отправлено", "не надіслано", "илгээгээгүй"),
}


def words(reason: Reason, language: str = "en", detail: str = "") -> str:
    """The reason as half a sentence in one of LANGUAGES; others get English.

    `detail` is the path that it is about, such as `person.city`: "the person's city is not known".
    """
    if detail and reason is Reason.UNREACHABLE:
        why = (f"{c}: {words(Reason(said), language)}" for c, said in unreached(detail).items())
        return f"{_WORDS[reason][column(language)]} ({'; '.join(why)})"
    if detail and reason in _DETAILED:
        return _DETAILED[reason][column(language)].format(name=_named(detail, language))
    return _WORDS[reason][column(language)]


def sentence(outcome: Outcome, reason: Reason, language: str = "en", detail: str = "") -> str:
    """Outcome and reason together: `not sent: the person opted out of this topic`."""
    said = _OUTCOMES[outcome][column(language)]
    if outcome is Outcome.SEND:
        return said
    return f"{said}: {words(reason, language, detail)}"


def _named(path: str, language: str) -> str:
    """A path of a template as people call what it says: `person.first_name`."""
    plain = _PLAIN.fullmatch(path)
    if plain is None:
        return path
    known = _NAMES.get(plain[1])
    return known[column(language)] if known else plain[1].replace("_", " ")


def column(language: str) -> int:
    """Which of the texts of a table is in that language; English where we do not speak it."""
    return LANGUAGES.index(language) if language in LANGUAGES else 0
