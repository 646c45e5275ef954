"""First names, surnames and cities of the simulated shop's customers; our own short lists."""

from __future__ import annotations

from typing import Final, NamedTuple


class Country(NamedTuple):
    """Where a simulated person lives, how they are called and how they are reached."""

    share: float
    language: str
    zone: str
    dial: str  # a mobile prefix that telephone rules accept; six or seven digits follow
    digits: int
    cities: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    surnames_women: tuple[str, ...]
    surnames_men: tuple[str, ...]


UKRAINE: Final = Country(
    share=0.46,
    language="uk",
    zone="Europe/Kyiv",
    dial="+38067",
    digits=7,
    cities=("Київ", "Львів", "Одеса", "Харків", "Дніпро", "Полтава", "Чернівці", "Вінниця"),
    women=(
        "Олена",
        "Марія",
        "Ірина",
        "Оксана",
        "Наталія",
        "Юлія",
        "Тетяна",
        "Соломія",
        "Дарина",
        "Катерина",
        "Анна",
        "Софія",
        "Богдана",
        "Леся",
        "Ганна",
        "Вікторія",
    ),
    men=(
        "Андрій",
        "Олександр",
        "Тарас",
        "Богдан",
        "Юрій",
        "Микола",
        "Іван",
        "Остап",
        "Дмитро",
        "Сергій",
        "Роман",
        "Назар",
        "Максим",
        "Василь",
        "Ярослав",
        "Павло",
    ),
    surnames_women=("Шевченко", "Коваль", "Мельник", "Бондаренко", "Савчук", "Лисенко", "Гнатюк"),
    surnames_men=("Шевченко", "Коваль", "Мельник", "Бондаренко", "Савчук", "Лисенко", "Гнатюк"),
)

RUSSIAN: Final = Country(
    share=0.30,
    language="ru",
    zone="Asia/Almaty",
    dial="+7701",
    digits=7,
    cities=("Алматы", "Астана", "Караганда", "Шымкент", "Павлодар", "Костанай"),
    women=(
        "Анна",
        "Мария",
        "Елена",
        "Ольга",
        "Наталья",
        "Екатерина",
        "Светлана",
        "Ирина",
        "Дарья",
        "Полина",
        "Алиса",
        "Вера",
        "Надежда",
        "Любовь",
        "Татьяна",
        "Юлия",
    ),
    men=(
        "Александр",
        "Иван",
        "Дмитрий",
        "Сергей",
        "Михаил",
        "Алексей",
        "Андрей",
        "Никита",
        "Павел",
        "Илья",
        "Роман",
        "Олег",
        "Игорь",
        "Денис",
        "Артём",
        "Тимур",
    ),
    surnames_women=("Иванова", "Смирнова", "Кузнецова", "Попова", "Соколова", "Лебедева", "Ким"),
    surnames_men=("Иванов", "Смирнов", "Кузнецов", "Попов", "Соколов", "Лебедев", "Ким"),
)

ENGLISH: Final = Country(
    share=0.12,
    language="en",
    zone="Europe/London",
    dial="+447700",
    digits=6,
    cities=("London", "Leeds", "Bristol", "Glasgow", "Cardiff"),
    women=("Emma", "Olivia", "Grace", "Amelia", "Hannah", "Lucy", "Sophie", "Alice"),
    men=("Jack", "Harry", "Oliver", "George", "Thomas", "James", "Daniel", "Leo"),
    surnames_women=("Smith", "Jones", "Taylor", "Brown", "Wilson", "Evans"),
    surnames_men=("Smith", "Jones", "Taylor", "Brown", "Wilson", "Evans"),
)

MONGOLIA: Final = Country(
    share=0.12,
    language="mn",
    zone="Asia/Ulaanbaatar",
    dial="+97699",
    digits=6,
    cities=("Улаанбаатар", "Дархан", "Эрдэнэт", "Чойбалсан"),
    women=("Сарангэрэл", "Оюунчимэг", "Болормаа", "Энхжаргал", "Нарантуяа", "Цэцэгмаа", "Уянга"),
    men=("Бат-Эрдэнэ", "Ганбаатар", "Тэмүүжин", "Мөнхбат", "Энхболд", "Баярсайхан", "Отгонбаяр"),
    surnames_women=("Дорж", "Батбаяр", "Ганзориг", "Сүхбаатар", "Пүрэв"),
    surnames_men=("Дорж", "Батбаяр", "Ганзориг", "Сүхбаатар", "Пүрэв"),
)

COUNTRIES: Final = (UKRAINE, RUSSIAN, ENGLISH, MONGOLIA)
