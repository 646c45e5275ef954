"""Parts of text messages: nothing is lost, nothing is cut in two, nothing is too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.channels.sms_text import (
    ALONE,
    BASIC,
    EXTENSION,
    JOINED,
    Alphabet,
    Letters,
    alphabet_of,
    choices,
    decode,
    encode,
    fitted,
    split,
    units,
    written,
)

GSM = st.sampled_from([*BASIC.replace("\x1b", ""), *EXTENSION])
MIXED = st.one_of(GSM, st.sampled_from("яЇөүё«»’–…😀👨‍👩‍👧\u00a0\u202f`çπ"), st.characters())
TEXTS = st.one_of(
    st.text(GSM, max_size=700),
    st.text(MIXED, max_size=400),
    st.text(st.sampled_from("a€"), min_size=150, max_size=500),
    st.text(st.sampled_from("я😀"), min_size=60, max_size=300),
)
BITS = st.sampled_from([8, 16])


@given(TEXTS, BITS)
def test_joined_parts_are_the_text(text: str, bits: int) -> None:
    assert "".join(split(text, bits).parts) == text


@given(TEXTS, BITS)
def test_each_part_fits_and_no_fewer_would_do_by_taking_more(text: str, bits: int) -> None:
    cut = split(text, bits)
    room = (ALONE if len(cut.parts) == 1 else JOINED[bits])[cut.alphabet]
    sizes = [units(part, cut.alphabet) for part in cut.parts]
    assert max(sizes) <= room
    # Only a letter of two units leaves one unit of a part empty.
    assert all(size >= room - 1 for size in sizes[:-1])
    for part, after in zip(cut.parts, cut.parts[1:], strict=False):
        assert units(part + after[0], cut.alphabet) > room


@given(TEXTS, BITS)
def test_nothing_is_cut_in_two(text: str, bits: int) -> None:
    cut = split(text, bits)
    for part in cut.parts:
        octets = encode(part, cut.alphabet)
        if cut.alphabet is Alphabet.GSM7:
            assert not octets.endswith(b"\x1b")
            assert len(octets) == units(part, cut.alphabet)
        else:
            assert octets.decode("utf-16-be") == part, "strict: a lone surrogate is refused"
            assert len(octets) == 2 * units(part, cut.alphabet)
        assert decode(octets, cut.alphabet) == part


@given(TEXTS)
def test_the_alphabet_is_the_small_one_only_where_all_letters_are_in_it(text: str) -> None:
    known = {*BASIC.replace("\x1b", ""), *EXTENSION}
    assert (alphabet_of(text) is Alphabet.GSM7) == ({*text} <= known)


@given(TEXTS, st.sampled_from(Letters), st.sampled_from(["ru", "uk", "en", "mn", ""]), BITS)
def test_other_letters_never_cost_more(text: str, letters: Letters, lang: str, bits: int) -> None:
    assert len(fitted(text, letters, lang, bits).parts) <= len(
        split(written(text, Letters.KEPT, lang), bits).parts
    )
    offered = choices(text, lang, bits)
    assert [one.letters for one in offered] == list(Letters)
    assert all(one.saved == offered[0].parts - one.parts for one in offered)


@given(
    st.text(st.sampled_from("абвгґдеєёжзиіїйклмнопрстуфхцчшщъыьэюяөүАЇЄЮЯҐ’' -«»—…!"), max_size=80)
)
@pytest.mark.parametrize("language", ["ru", "uk", "mn"])
def test_cyrillic_in_latin_letters_is_of_the_small_alphabet(language: str, text: str) -> None:
    assert alphabet_of(written(text, Letters.LATIN, language)) is Alphabet.GSM7


@given(st.binary(max_size=300), st.sampled_from(Alphabet))
def test_any_octets_are_some_text(octets: bytes, alphabet: Alphabet) -> None:
    assert isinstance(decode(octets, alphabet), str)
