"""What a report says of an experiment, in English, Russian and Ukrainian."""

from __future__ import annotations

from typing import Final

from maracuja.stats.words import LANGUAGES

# Each text in the order of LANGUAGES.
TEXTS: Final[dict[str, tuple[str, str, str]]] = {
    "title": (
        "The test: which text is better",
        "Тест: какой текст лучше",
        "Тест: який текст кращий",
    ),
    "running": (
        "Still running: {share} of the planned answers are in, nothing is shown yet.",
        "Ещё идёт: получено {share} запланированных ответов, пока ничего не доказано.",
        "Ще триває: отримано {share} запланованих відповідей, поки нічого не доведено.",
    ),
    "won": (
        "{winner} has won: better than every other variant.",
        "Победил вариант {winner}: он лучше каждого другого.",
        "Переміг варіант {winner}: він кращий за кожен інший.",
    ),
    "undecided": (
        "Undecided: no variant is shown to be better. They may well be alike.",
        "Не решено: ни один вариант не лучше доказанно. Возможно, они равны.",
        "Не вирішено: жоден варіант не кращий доведено. Можливо, вони рівні.",
    ),
    "not_trusted": (
        "Not trusted: the arms do not have the sizes that were drawn.",
        "Не доверяем: размеры групп не те, что были по жребию.",
        "Не довіряємо: розміри груп не ті, що були за жеребом.",
    ),
    "ended": (
        "Ended by hand before it was decided.",
        "Завершён вручную до решения.",
        "Завершено вручну до рішення.",
    ),
    "cancelled": ("Cancelled.", "Отменён.", "Скасовано."),
    "planned": (
        "Planned: {people} for each of {arms} variants, to show a lift of {lift} over {rate}.",
        "План: {people} на каждый из {arms} вариантов, чтобы показать прирост {lift} к {rate}.",
        "План: {people} на кожен із {arms} варіантів, щоб показати приріст {lift} до {rate}.",
    ),
    "waits": (
        "{people} wait for the winner.",
        "Ждут победителя: {people}.",
        "Чекають на переможця: {people}.",
    ),
    "rolled": (
        "{variant} went to those who waited ({who}).",
        "Ожидавшим отправлен вариант {variant} ({who}).",
        "Тим, хто чекав, надіслано варіант {variant} ({who}).",
    ),
    "choose": (
        "Choose what they get: maracuja campaign roll-out {campaign} --variant NAME",
        "Выберите, что им отправить: maracuja campaign roll-out {campaign} --variant ИМЯ",
        "Оберіть, що їм надіслати: maracuja campaign roll-out {campaign} --variant НАЗВА",
    ),
    "looks": ("Each look", "Каждый взгляд", "Кожен погляд"),
    "when": ("when", "когда", "коли"),
    "in": ("answers in", "ответов", "відповідей"),
    "z": ("z / bound", "z / граница", "z / межа"),
    "outcome": ("standing", "итог", "підсумок"),
    "s_running": ("goes on", "продолжается", "триває"),
    "s_won": ("won", "победа", "перемога"),
    "s_undecided": ("undecided", "не решено", "не вирішено"),
    "s_not_trusted": ("not trusted", "не доверяем", "не довіряємо"),
    "lifts": (
        "Lift of {arm}, early stop taken into account",
        "Прирост {arm} с поправкой на раннее решение",
        "Приріст {arm} з поправкою на раннє рішення",
    ),
    "over": ("over {other}", "к {other}", "до {other}"),
    "factors": (
        "What each factor does, and both together",
        "Что даёт каждый фактор и оба вместе",
        "Що дає кожен чинник і обидва разом",
    ),
    "factor": ("{factor}: {level} over {other}", "{factor}: {level} к {other}",
               "{factor}: {level} до {other}"),
    "interaction": (
        "More together than each alone (interaction)",
        "Вместе больше, чем по отдельности (взаимодействие)",
        "Разом більше, ніж окремо (взаємодія)",
    ),
    "guards": ("The guardrail", "Предохранитель", "Запобіжник"),
    "opt_out": ("opted out", "отписались", "відписалися"),
    "block": ("closed the chat", "закрыли чат", "закрили чат"),
    "complaint": ("complained", "пожаловались", "поскаржилися"),
    "push_lost": ("took back push", "отозвали push", "відкликали push"),
    "people": ("people", "людей", "людей"),
    "rate": ("share", "доля", "частка"),
    "limit": ("limit", "предел", "межа"),
    "kept": ("kept", "соблюдён", "дотримано"),
    "broken": ("broken", "превышен", "перевищено"),
    "adjusted": (
        "With people's own past taken out (CUPED)",
        "Без учёта их собственного прошлого (CUPED)",
        "Без урахування їхнього власного минулого (CUPED)",
    ),
    "plain": ("plain", "как есть", "як є"),
    "without": ("adjusted", "с поправкой", "з поправкою"),
    "explained": ("explained (R²)", "объяснено (R²)", "пояснено (R²)"),
    "adjusted_note": (
        "By how often people reached the goal in the {days} days before, and for how much.",
        "По тому, как часто и на сколько люди покупали за {days} дней до этого.",
        "За тим, як часто й на скільки люди купували за {days} днів до цього.",
    ),
    "control": ("control group", "контроль", "контроль"),
    "sent": ("sent to", "получатели", "отримувачі"),
    "shrunk": (
        "to expect next time: {lift}",
        "ожидать в следующий раз: {lift}",
        "очікувати наступного разу: {lift}",
    ),
}  # fmt: skip


def text(key: str, language: str) -> str:
    """The text in that language."""
    return TEXTS[key][LANGUAGES.index(language)]
