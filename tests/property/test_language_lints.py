"""The lints, cities and words read any text without failing, and point into it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from maracuja.language.alphabets import LANGUAGES
from maracuja.language.cities import from_city, in_city, to_city
from maracuja.language.text_lints import Piece, lint_pieces
from maracuja.language.words import agree

WORDS = "Дорогой дорогая вы ты забыл Cкидка , ! . \n ( ) бонусов Привет їжак ө hello 5"
TEXT = st.lists(st.sampled_from([*WORDS.split(" "), " ", "\u00a0"]) | st.text(max_size=5)).map(
    "".join
)
VARIABLE = st.builds(
    lambda path, filters, missing: Piece(path=path, filters=filters, missing=missing),
    st.sampled_from(["person.first_name", "person.city", "facts.cart_count", "products[].title"]),
    st.sampled_from([(), ("vocative",), ("genitive",), ("count",), ("in_city",)]),
    st.sampled_from([None, "", " ", "друзья"]),
)


@given(st.lists(TEXT.map(Piece) | VARIABLE, max_size=8), st.sampled_from([*LANGUAGES, "de"]))
def test_any_template_can_be_read(pieces: list[Piece], language: str) -> None:
    for slip in lint_pieces(pieces, language):
        assert 0 <= slip.piece < len(pieces)
        assert 0 <= slip.at <= len(pieces[slip.piece].text)
        assert slip.message and slip.fix and slip.code


LONG = st.builds(
    lambda unit, times, tail: unit * times + tail,
    st.sampled_from(
        ["а", "ї", "aа", "ө", "дорогой", "1а", "_", " ", ", ", "(а)", "а(", "«", "\n"]
    ),
    st.sampled_from([500, 20_000]),
    st.sampled_from(["", "!", "(а)", "(", " ", " !", ","]),
)


@settings(
    max_examples=30, deadline=None
)  # of which each would take a minute if a lint were quadratic
@given(LONG, LONG, st.sampled_from(LANGUAGES))
def test_long_words_are_read_as_quickly_as_short_ones(
    before: str, after: str, language: str
) -> None:
    name = Piece(path="person.first_name", missing="")
    for slip in lint_pieces([Piece(before), name, Piece(after)], language):
        assert 0 <= slip.at <= max(len(before), len(after))


def test_a_long_word_with_brackets_is_a_slip_like_any_other() -> None:
    found = lint_pieces([Piece(f"Вы {'о' * 100_000}(а)")], "ru")
    assert ("both_genders", 3) in [(slip.code, slip.at) for slip in found]


@given(st.text(max_size=60), st.sampled_from(LANGUAGES))
def test_any_city_is_said_or_left_out(city: str, language: str) -> None:
    for way in (in_city, from_city, to_city):
        phrase = way(city, language)
        assert phrase is None or (
            phrase == phrase.strip() and not set(phrase) & set("@/0123456789")
        )


@given(st.text(max_size=30), st.sampled_from(["f", "m", ""]), st.sampled_from(LANGUAGES))
def test_any_word_agrees_or_is_refused(word: str, gender: str, language: str) -> None:
    said = agree(word, gender, language)
    assert said is None or isinstance(said, str)
    if gender == "" and language in ("ru", "uk"):
        assert not said
