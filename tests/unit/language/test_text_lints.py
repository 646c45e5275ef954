import pytest

from maracuja.language.text_lints import Piece, Slip, lint_pieces, lint_text

NAME = Piece(path="person.first_name", filters=("vocative",))
CITY = Piece(path="person.city", filters=("in_city",))
CART = Piece(path="facts.cart_total", filters=("money",))


def codes(*pieces: Piece | str, language: str = "ru") -> list[str]:
    """The codes of the slips; plain texts stand for constant pieces."""
    given = [Piece(piece) if isinstance(piece, str) else piece for piece in pieces]
    return [slip.code for slip in lint_pieces(given, language)]


GOOD = {
    "ru": "Здравствуйте! Ваш заказ уже в пути, курьер позвонит вам завтра. Скидка 10% на iPhone.",
    "uk": "Вітаємо! Ваше замовлення вже в дорозі, кур'єр зателефонує вам завтра. Знижка на Wi-Fi.",
    "en": "Hello! Your order is on its way, and the courier will call you tomorrow morning.",
    "mn": "Сайн байна уу! Таны захиалга замдаа гарлаа, хүргэгч маргааш өглөө танд утасдана.",
}


@pytest.mark.parametrize("language", list(GOOD))
def test_good_texts_have_no_slips(language: str) -> None:
    assert lint_text(GOOD[language], language) == []


@pytest.mark.parametrize("spoken", list(GOOD))
@pytest.mark.parametrize("declared", list(GOOD))
def test_a_text_in_another_language_is_noticed(spoken: str, declared: str) -> None:
    found = {slip.code for slip in lint_text(GOOD[spoken], declared)}
    assert ("other_language" in found) == (spoken != declared)


@pytest.mark.parametrize(
    ("text", "language", "word", "letters"),
    [
        ("Ваше замовлення їде. Скоро будет выгодно", "uk", "выгодно", "ы"),
        ("Новые скидки та знижки для всіх", "ru", "всіх", "і"),
        ("Шинэ бараа їнэ", "mn", "їнэ", "ї"),
        ("Big sale, скидки inside", "en", "скидки", "д и к с"),
    ],
)
def test_letters_of_another_language(text: str, language: str, word: str, letters: str) -> None:
    (slip,) = [one for one in lint_text(text, language) if word in one.message]
    assert slip.code == "wrong_letters"
    assert slip.message.endswith(f": {letters}")
    assert text[slip.at :].startswith(word)


def test_an_old_mongolian_font_is_named() -> None:
    (slip,) = lint_text("їнэ", "mn")
    assert "old Mongolian font" in slip.fix


def test_mixed_alphabets_show_the_right_word() -> None:
    text = "Большая Cкидка ждёт"
    (slip,) = lint_text(text, "ru")
    assert (slip.code, slip.at) == ("mixed_script", text.index("C"))
    assert "«Скидка»" in slip.fix
    assert codes("SMS-рассылка и Wi-Fi", language="ru") == []


@pytest.mark.parametrize(
    "pieces",
    [
        ("Дорогой ", NAME, "!"),
        ("Уважаемый ", Piece(path="person.first_name"), ", добрый вечер"),
        ("Вот что ты забыл.",),
        ("Вы ещё не зарегистрировался?",),
        (NAME, ", ты давно не заходил к нам"),
        (NAME, ", рад тебя видеть"),
    ],
)
def test_a_man_taken_for_granted(pieces: tuple[Piece | str, ...]) -> None:
    assert codes(*pieces) == ["masculine_only"]


def test_the_fix_names_both_forms() -> None:
    (slip,) = lint_pieces([Piece("Любий "), NAME, Piece("!")], "uk")
    assert "choose: 'Любий', 'Люба'" in slip.fix
    assert (slip.piece, slip.at) == (0, 0)


@pytest.mark.parametrize(
    "pieces",
    [
        ("Вы рады? Мы вам рады.",),
        ("Вы давно не заходили к нам",),
        ("Вы наш лучший клиент",),
        ("Курьер забыл посылку. Вы её ждёте?",),
        (NAME, ", мастер оценил вашу работу и написал вам"),
        ("Спасибо, коллега ", NAME, "!"),
        ("Подарок от ", Piece(path="person.first_name", filters=("genitive",)), " был получен"),
    ],
)
def test_masculine_words_about_others_stay(pieces: tuple[Piece | str, ...]) -> None:
    assert codes(*pieces) == []


def test_brackets_with_a_feminine_ending() -> None:
    assert codes("Вы забыл(а) корзину") == ["both_genders"]
    assert codes("Дорогой(ая) клиент") == ["both_genders"]
    assert codes("Размер (а) и цвет (б)") == []


POINTS = Piece(path="person.points")


def test_a_number_before_a_plain_noun() -> None:
    pieces = [Piece("У вас "), POINTS, Piece(" бонусов на счету")]
    (slip,) = lint_pieces(pieces, "ru")
    assert (slip.code, slip.piece, slip.at) == ("plain_noun", 2, 1)
    assert "person.points | count" in slip.fix
    assert codes("You have ", POINTS, " points", language="en") == ["plain_noun"]
    assert codes("У вас ", Piece(path="facts.x", number=True), " скидок") == ["plain_noun"]


@pytest.mark.parametrize("after", [" шт", " ₽", "!", " из 10", " Бонусы", "%", ""])
def test_a_number_before_what_does_not_bend(after: str) -> None:
    assert codes("У вас ", POINTS, after) == []


def test_counted_numbers_and_mongolian_nouns_are_right() -> None:
    counted = Piece(path="person.points", filters=("count",))
    assert codes("У вас ", counted, " на счету") == []
    assert codes("Танд ", POINTS, " оноо байна", language="mn") == []


@pytest.mark.parametrize(
    ("pieces", "language"),
    [
        (("Здравствуйте ", NAME, "!"), "ru"),
        (("Добрый день ", NAME, ", ваш заказ"), "ru"),
        (("Вітаємо ", NAME, "!"), "uk"),
        ((NAME, " ваш заказ готов"), "ru"),
        (("Ура! ", NAME, " ваш заказ готов"), "ru"),
        (("Дякуємо, ", NAME, " за покупку"), "uk"),
    ],
)
def test_commas_around_the_name(pieces: tuple[Piece | str, ...], language: str) -> None:
    assert codes(*pieces, language=language) == ["missing_comma"]


@pytest.mark.parametrize(
    ("pieces", "language"),
    [
        (("Здравствуйте, ", NAME, "!"), "ru"),
        ((NAME, ", ваш заказ готов"), "ru"),
        ((NAME, " и друзья, вас ждёт подарок"), "ru"),
        (("Подарок для ", Piece(path="person.first_name", filters=("genitive",)), " готов"), "ru"),
        (("Hello ", NAME, "!"), "en"),
    ],
)
def test_commas_that_are_right(pieces: tuple[Piece | str, ...], language: str) -> None:
    assert codes(*pieces, language=language) == []


EMPTY = Piece(path="person.first_name", filters=("or_else",), missing="")


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (("Здравствуйте, ", EMPTY, "!"), "«Здравствуйте, !»"),
        ((EMPTY, ", ваш заказ готов"), "«, ваш заказ готов»"),
        (("Привет ", EMPTY, ", ", CITY, "!"), "«Привет , …!»"),
        (("Заказ (", EMPTY, ")"), "«Заказ ()»"),
    ],
)
def test_a_hole_where_the_value_is_missing(pieces: tuple[Piece | str, ...], shown: str) -> None:
    given = [Piece(piece) if isinstance(piece, str) else piece for piece in pieces]
    (slip,) = [one for one in lint_pieces(given, "ru") if one.code == "hole"]
    assert slip.message.endswith(shown)


def test_no_hole_with_a_word_or_where_nobody_reads_it() -> None:
    word = EMPTY._replace(missing="друзья")
    assert codes("Здравствуйте, ", word, "!") == []
    assert codes("Здравствуйте, ", NAME, "!") == []
    assert codes("Ваш промокод: ", Piece(path="person.code", missing=""), "\nДо встречи") == []


def test_the_name_said_too_often() -> None:
    assert codes(NAME, ", привет! ", NAME, ", пока!") == []
    assert codes(NAME, ", привет! ", NAME, ", как дела? ", NAME, ", пока!") == ["name_often"]


def test_name_city_and_purchase_in_one_sentence() -> None:
    assert codes(NAME, ", ", CITY, " вас ждёт заказ на ", CART) == ["too_close"]
    assert codes(NAME, ", привет! ", CITY, " вас ждёт заказ на ", CART) == []
    assert codes(NAME, ", ваш заказ на ", CART, ".\n", CITY, " тепло") == []


def test_slips_stand_in_the_order_of_the_text() -> None:
    found = lint_pieces([Piece("Дорогой "), NAME, Piece(", вот Cкидка(ла) для всіх")], "ru")
    assert found == sorted(found, key=lambda slip: (slip.piece, slip.at))
    assert {slip.code for slip in found} >= {"masculine_only", "mixed_script", "wrong_letters"}
    assert all(isinstance(slip, Slip) and slip.fix and slip.message for slip in found)


@pytest.mark.parametrize("language", ["ru", "uk", "en", "mn", "de", ""])
def test_languages_that_we_do_not_know_are_left_alone(language: str) -> None:
    assert lint_text("", language) == []
    if language in ("de", ""):
        assert lint_text("Schöne Grüße aus Köln, wir haben neue Ware für Sie im Angebot", "") == []
