import phonenumbers
import pytest

from maracuja.ingest import addresses
from maracuja.ingest.addresses import email, is_country, phone


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("A.b+c@Example.COM ", "a.b+c@example.com"),
        ("марія@приклад.укр", "марія@приклад.укр"),
        ("o'neil@x.co.uk", "o'neil@x.co.uk"),
        ("a@b", None),
        ("a..b@c.de", None),
        (".a@c.de", None),
        ("a b@c.de", None),
        ("a@-c.de", None),
        ("a@c.de\nBcc: x@y.z", None),
        ("a" * 65 + "@c.de", None),
        ("", None),
    ],
)
def test_email(value: str, found: str | None) -> None:
    assert email(value) == found


@pytest.mark.parametrize(
    ("value", "country", "found"),
    [
        ("+7 (912) 345-67-89", "UA", "+79123456789"),
        ("8 912 345 67 89", "RU", "+79123456789"),
        ("067 123-45-67", "UA", "+380671234567"),
        ("99112233", "MN", "+97699112233"),
        ("+1 415 555 2671", "UA", "+14155552671"),
        ("00380671234567", "DE", "+380671234567"),
        ("+0 12", "UA", None),
        ("12", "UA", None),
        ("phone", "UA", None),
        ("", "UA", None),
        ("0671234567", "XX", None),
    ],
)
def test_phone(value: str, country: str, found: str | None) -> None:
    assert phone(value, country) == found


def test_the_quick_way_decides_as_the_library_does() -> None:
    kinds = range(11)
    examples = [
        (region, number)
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        for kind in kinds
        if (number := phonenumbers.example_number_for_type(region, kind)) is not None
    ]
    assert len(examples) > 500
    for region, number in examples:
        whole = f"+{number.country_code}{phonenumbers.national_significant_number(number)}"
        national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        for value in (whole, whole[:-1], whole + "5", national, national[1:]):
            assert phone(value, region) == addresses._slow(value, region), (value, region)


def test_countries() -> None:
    assert is_country("UA")
    assert not is_country("xx")
