"""What a report says of an experiment, in the four languages."""

from __future__ import annotations

from typing import Final

from maracuja.stats.words import LANGUAGES

# Each text in the order of LANGUAGES.
TEXTS: Final[dict[str, tuple[str, str, str, str]]] = {
    "title": (
        "The test: which text is better",
        "Тест: какой текст лучше",
        "Тест: який текст кращий",
        "Туршилт: аль бичвэр дээр вэ",
    ),
    "running": (
        "Still running: {share} of the planned answers are in, nothing is shown yet.",
        "Ещё идёт: получено {share} запланированных ответов, пока ничего не доказано.",
        "Ще триває: отримано {share} запланованих відповідей, поки нічого не доведено.",
        "Үргэлжилж байна: төлөвлөсөн хариултын {share} ирсэн, хараахан юу ч батлагдаагүй.",
    ),
    "won": (
        "{winner} has won: better than every other variant.",
        "Победил вариант {winner}: он лучше каждого другого.",
        "Переміг варіант {winner}: він кращий за кожен інший.",
        "{winner} хувилбар яллаа: бусад бүх хувилбараас илүү.",
    ),
    "undecided": (
        "Undecided: no variant is shown to be better. They may well be alike.",
        "Не решено: ни один вариант не лучше доказанно. Возможно, они равны.",
        "Не вирішено: жоден варіант не кращий доведено. Можливо, вони рівні.",
        "Шийдэгдсэнгүй: аль нэг хувилбар илүү болох нь батлагдаагүй. Адилхан байж магадгүй.",
    ),
    "not_trusted": (
        "Not trusted: the arms do not have the sizes that were drawn.",
        "Не доверяем: размеры групп не те, что были по жребию.",
        "Не довіряємо: розміри груп не ті, що були за жеребом.",
        "Итгэх боломжгүй: бүлгүүдийн хэмжээ сугалааныхтай таарахгүй байна.",
    ),
    "ended": (
        "Ended by hand before it was decided.",
        "Завершён вручную до решения.",
        "Завершено вручну до рішення.",
        "Шийдэгдэхээс өмнө гараар дуусгасан.",
    ),
    "cancelled": ("Cancelled.", "Отменён.", "Скасовано.", "Цуцалсан."),
    "planned": (
        "Planned: {people} for each of {arms} variants, to show a lift of {lift} over {rate}.",
        "План: {people} на каждый из {arms} вариантов, чтобы показать прирост {lift} к {rate}.",
        "План: {people} на кожен із {arms} варіантів, щоб показати приріст {lift} до {rate}.",
        "Төлөвлөгөө: {arms} хувилбар тус бүрд {people}, {rate} дээр {lift} өсөлт харуулахын тулд.",
    ),
    "waits": (
        "{people} wait for the winner.",
        "Ждут победителя: {people}.",
        "Чекають на переможця: {people}.",
        "Ялагчийг хүлээж буй: {people}.",
    ),
    "rolled": (
        "{variant} went to those who waited ({who}).",
        "Ожидавшим отправлен вариант {variant} ({who}).",
        "Тим, хто чекав, надіслано варіант {variant} ({who}).",
        "Хүлээж байсан хүмүүст {variant} хувилбарыг илгээсэн ({who}).",
    ),
    "choose": (
        "Choose what they get: maracuja campaign roll-out {campaign} --variant NAME",
        "Выберите, что им отправить: maracuja campaign roll-out {campaign} --variant ИМЯ",
        "Оберіть, що їм надіслати: maracuja campaign roll-out {campaign} --variant НАЗВА",
        "Тэдэнд юу илгээхээ сонгоно уу: maracuja campaign roll-out {campaign} --variant НЭР",
    ),
    "looks": ("Each look", "Каждый взгляд", "Кожен погляд", "Харсан удаа бүр"),
    "when": ("when", "когда", "коли", "хэзээ"),
    "in": ("answers in", "ответов", "відповідей", "ирсэн хариулт"),
    "z": ("z / bound", "z / граница", "z / межа", "z / хязгаар"),
    "outcome": ("standing", "итог", "підсумок", "байдал"),
    "s_running": ("goes on", "продолжается", "триває", "үргэлжилж байна"),
    "s_won": ("won", "победа", "перемога", "яллаа"),
    "s_undecided": ("undecided", "не решено", "не вирішено", "шийдэгдсэнгүй"),
    "s_not_trusted": ("not trusted", "не доверяем", "не довіряємо", "итгэх боломжгүй"),
    "lifts": (
        "Lift of {arm}, early stop taken into account",
        "Прирост {arm} с поправкой на раннее решение",
        "Приріст {arm} з поправкою на раннє рішення",
        "{arm} хувилбарын өсөлт, эрт зогсоолтыг тооцсон",
    ),
    "over": ("over {other}", "к {other}", "до {other}", "{other} хувилбартай харьцуулахад"),
    "factors": (
        "What each factor does, and both together",
        "Что даёт каждый фактор и оба вместе",
        "Що дає кожен чинник і обидва разом",
        "Хүчин зүйл тус бүр болон хоёулаа хамтдаа юу өгдөг вэ",
    ),
    "factor": (
        "{factor}: {level} over {other}",
        "{factor}: {level} к {other}",
        "{factor}: {level} до {other}",
        "{factor}: {level}, {other} түвшинтэй харьцуулахад",
    ),
    "interaction": (
        "More together than each alone (interaction)",
        "Вместе больше, чем по отдельности (взаимодействие)",
        "Разом більше, ніж окремо (взаємодія)",
        "Хамтдаа тус тусынхаас илүү (харилцан үйлчлэл)",
    ),
    "guards": ("The guardrail", "Предохранитель", "Запобіжник", "Хамгаалалтын хязгаар"),
    "opt_out": ("opted out", "отписались", "відписалися", "татгалзсан"),
    "block": ("closed the chat", "закрыли чат", "закрили чат", "чатыг хаасан"),
    "complaint": ("complained", "пожаловались", "поскаржилися", "гомдол гаргасан"),
    "push_lost": ("took back push", "отозвали push", "відкликали push", "пушийг цуцалсан"),
    "people": ("people", "людей", "людей", "хүн"),
    "rate": ("share", "доля", "частка", "хувь"),
    "limit": ("limit", "предел", "межа", "хязгаар"),
    "kept": ("kept", "соблюдён", "дотримано", "хэтрээгүй"),
    "broken": ("broken", "превышен", "перевищено", "хэтэрсэн"),
    "adjusted": (
        "With people's own past taken out (CUPED)",
        "Без учёта их собственного прошлого (CUPED)",
        "Без урахування їхнього власного минулого (CUPED)",
        "Хүмүүсийн өмнөх үйлдлийн нөлөөг хассан (CUPED)",
    ),
    "plain": ("plain", "как есть", "як є", "хэвээр"),
    "without": ("adjusted", "с поправкой", "з поправкою", "засвартай"),
    "explained": ("explained (R²)", "объяснено (R²)", "пояснено (R²)", "тайлбарлагдсан (R²)"),
    "adjusted_note": (
        "By how often people reached the goal in the {days} days before, and for how much.",
        "По тому, как часто и на сколько люди покупали за {days} дней до этого.",
        "За тим, як часто й на скільки люди купували за {days} днів до цього.",
        "Өмнөх {days} хоногт хүмүүс хэр олон удаа, хэдий дүнгээр зорилгод хүрснээр тооцов.",
    ),
    "control": ("control group", "контроль", "контроль", "хяналтын бүлэг"),
    "sent": ("sent to", "получатели", "отримувачі", "илгээсэн"),
    "shrunk": (
        "to expect next time: {lift}",
        "ожидать в следующий раз: {lift}",
        "очікувати наступного разу: {lift}",
        "дараагийн удаа хүлээх өсөлт: {lift}",
    ),
}  # fmt: skip


def text(key: str, language: str) -> str:
    """The text in that language."""
    return TEXTS[key][LANGUAGES.index(language)]
