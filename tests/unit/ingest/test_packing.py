import pytest

from maracuja.runtime.packing import SMALL, pack, plain_size, unpack


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b'{"a":1}' * 1000, bytes(range(256)) * 3, b"\0lz4", b"\0lz4" + b"x" * SMALL],
)
def test_a_body_comes_back(body: bytes) -> None:
    packed = pack(body)
    assert unpack(packed) == body
    assert plain_size(packed) == len(body)


def test_what_does_not_shrink_stays() -> None:
    small = b'{"event":"x"}'
    assert pack(small) == small
    assert len(pack(b'{"event":"x"},' * 1000)) < 1000
