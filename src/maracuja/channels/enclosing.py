"""Files that go out inside a message: names made safe, and what could be run refused.

The lists are those that the large mail services refuse; nothing is ever unpacked but the list of
names in an archive.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from typing import Final

import msgspec

from maracuja.content import Enclosed
from maracuja.errors import UnsupportedFeature

NAME_CHARS_MAX: Final = 120
ENTRIES_MAX: Final = 10_000  # of an archive

# What Gmail refuses (support.google.com/mail/answer/6590), and scripts of other systems.
FORBIDDEN: Final = frozenset(
    "ade adp apk app appx appxbundle bash bat cab chm cmd com command cpl diagcab diagcfg diagpkg "
    "dll dmg elf ex ex_ exe gadget hta img inf ins iso isp jar jnlp js jse ksh lib lnk mde mjs "
    "msc msi msix msixbundle msp mst nsh pif ps1 ps1xml ps2 psc1 psm1 reg run scf scr sct sh shb "
    "sys url vb vbe vbs vhd vhdx vxd wsc wsf wsh xll".split(" ")
)
FORBIDDEN_TYPES: Final = frozenset(
    (
        "application/x-msdownload application/x-msdos-program application/x-dosexec "
        "application/x-executable application/x-elf application/x-mach-binary "
        "application/x-sharedlib application/x-sh application/x-csh application/x-bat "
        "application/x-msi application/java-archive application/x-java-archive "
        "application/javascript application/x-javascript application/ecmascript text/javascript "
        "text/ecmascript application/hta application/vnd.android.package-archive "
        "application/x-apple-diskimage application/x-iso9660-image"
    ).split(" ")
)
_MAGIC: Final = (
    b"MZ", b"\x7fELF", b"#!", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe",
    b"dex\n", b"L\x00\x00\x00\x01\x14\x02\x00",
)  # fmt: skip
_TYPE: Final = re.compile(
    r"(?:application|audio|font|image|model|text|video)/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}"
)
_UNSAFE: Final = re.compile(r'[<>:"|?*]')


def safe_name(name: str) -> str:
    """The name without folders and characters that hide or break it; '' where nothing is left.

    What remains has 120 characters at most, its ending among them.
    """
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(" " if c.isspace() else c for c in plain)
    kept = "".join(c for c in shown if unicodedata.category(c)[0] != "C")  # controls, directions
    tidy = " ".join(_UNSAFE.sub("_", kept).split()).strip(". ")
    if len(tidy) <= NAME_CHARS_MAX:
        return tidy
    stem, dot, ending = tidy.rpartition(".")
    if not dot or len(ending) > 10:
        return tidy[:NAME_CHARS_MAX].strip(". ")
    return f"{stem[: NAME_CHARS_MAX - len(ending) - 1].rstrip('. ')}.{ending}"


def check(file: Enclosed) -> Enclosed:
    """The file under a safe name. Raises UnsupportedFeature for what could be run, or is no file.

    Looked at are the name, the type, the first bytes, and the names in a zip archive.
    """
    name, kind = safe_name(file.name), file.type.strip().lower()
    if not name:
        raise UnsupportedFeature("A file has no name.", where="attachments")
    if not _TYPE.fullmatch(kind):
        raise UnsupportedFeature(
            f"`{file.type[:80]}` is no type of a file.",
            where="attachments",
            fix="Write application/pdf, image/png, text/csv and the like.",
        )
    runs = _ending(name) in FORBIDDEN or kind in FORBIDDEN_TYPES or file.data.startswith(_MAGIC)
    if runs:
        raise _refused(name)
    if file.data.startswith(b"PK\x03\x04"):
        _check_archive(name, file.data)
    return msgspec.structs.replace(file, name=name, type=kind)


def _check_archive(name: str, data: bytes) -> None:
    """Refuse a zip archive that holds what could be run, or whose list cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as fault:
        raise UnsupportedFeature(
            f"The archive `{name}` cannot be read.", where="attachments"
        ) from fault
    if len(entries) > ENTRIES_MAX:
        raise UnsupportedFeature(
            f"The archive `{name}` holds more than {ENTRIES_MAX} files.", where="attachments"
        )
    for entry in entries:
        if _ending(safe_name(entry)) in FORBIDDEN:
            raise _refused(f"{name}: {safe_name(entry)}")


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _refused(name: str) -> UnsupportedFeature:
    return UnsupportedFeature(
        f"`{name}` could be run as a program: mail servers refuse such files.",
        where="attachments",
        fix="Put it at an address and link to it.",
    )
