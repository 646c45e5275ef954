"""Chance by name: seeded streams, and ids, buckets and draws that any process computes alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Rng = np.random.Generator
Pids = Sequence[int] | npt.NDArray[np.int64]

BUCKETS = 64


_KEY_BYTES = 64  # keys shorter than this have their length prefix ready


def _raw(part: object) -> bytes:
    """A part of a natural key as bytes."""
    return part if isinstance(part, bytes) else str(part).encode()


def _digest(parts: Iterable[object]) -> bytes:
    """SHA-256 of the parts, length-prefixed so that ("ab", "c") differs from ("a", "bc")."""
    h = hashlib.sha256()
    for part in parts:
        raw = _raw(part)
        h.update(len(raw).to_bytes(4, "big"))
        h.update(raw)
    return h.digest()


def stream(seed: int, *names: object) -> Rng:
    """A generator of its own for each name, so that a new consumer shifts nobody else's draws."""
    return np.random.default_rng(int.from_bytes(_digest((seed, *names))[:16], "big"))


def make_id(*parts: object) -> bytes:
    """16 bytes made from a natural key: the same key gives the same id in every process."""
    return _digest(parts)[:16]


def make_ids(parts: tuple[object, ...], keys: Iterable[object]) -> list[bytes]:
    """`make_id(*parts, key)` for each key: a set of ids that share all but the last part."""
    head = b"".join(len(raw).to_bytes(4, "big") + raw for raw in map(_raw, parts))
    sha = hashlib.sha256
    heads = [head + size.to_bytes(4, "big") for size in range(_KEY_BYTES)]
    texts = [str(key).encode() if isinstance(key, int) else _raw(key) for key in keys]
    return [
        sha(
            (heads[n] if (n := len(raw)) < _KEY_BYTES else head + n.to_bytes(4, "big")) + raw
        ).digest()[:16]
        for raw in texts
    ]


def make_key(*parts: object) -> int:
    """A signed 64-bit key made from a natural key (fits a BIGINT column)."""
    return int.from_bytes(_digest(parts)[:8], "big", signed=True)


def bucket(pid: int) -> int:
    """The bucket (0..63) of a person: SHA-256 of the pid as eight big-endian bytes, modulo 64."""
    return hashlib.sha256(pid.to_bytes(8, "big")).digest()[-1] % BUCKETS


def buckets(pids: Pids) -> npt.NDArray[np.uint8]:
    """`bucket` for a set; shape (n,)."""
    return (_words(b"", pids)[:, 3] % np.uint64(BUCKETS)).astype(np.uint8)


def draws(salt: str, pids: Pids) -> npt.NDArray[np.float64]:
    """A uniform number in [0, 1) for each person, fixed by (salt, pid); shape (n,).

    Source: SHA-256 of salt, a zero byte and the pid as eight big-endian bytes; the first 53 bits.
    """
    words = _words(salt.encode() + b"\0", pids)[:, 0]
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _words(prefix: bytes, pids: Pids) -> npt.NDArray[np.uint64]:
    """SHA-256 of the prefix and each pid as eight big-endian bytes; four words, shape (n, 4)."""
    numbers = np.ascontiguousarray(pids, dtype=">i8")
    keys = np.empty((len(numbers), len(prefix) + 8), dtype=np.uint8)
    keys[:, :-8] = np.frombuffer(prefix, dtype=np.uint8)
    keys[:, -8:] = numbers.view(np.uint8).reshape(-1, 8)
    sha = hashlib.sha256
    raw = b"".join([sha(key).digest() for key in keys.view(f"V{keys.shape[1]}")[:, 0].tolist()])
    return np.frombuffer(raw, dtype=">u8").reshape(-1, 4)
