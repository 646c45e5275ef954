"""What is allowed but unwise in a template; each finding says why and what to do instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from maracuja.model import Content, Privacy
from maracuja.templates.compiled import sources
from maracuja.templates.definition import Template
from maracuja.templates.needs import Need, Needs
from maracuja.templates.prepare import is_personal

PERSONAL_MAX: Final = 4  # personal facts that one message may show before it feels like watching
CLIP_BYTES: Final = 102 * 1024  # Gmail cuts an e-mail's HTML here
SUBJECT_CHARS: Final = 60
_PATRONYMICS: Final = ("patronymic", "middle_name", "second_name", "otchestvo")
_STREETS: Final = ("street", "house", "apartment", "flat", "zip", "postal_code", "postcode")
_ADDRESSES: Final = ("address",)
_CONTACTS: Final = ("email", "phone")


class Finding(NamedTuple):
    """`level` is error, warning or note; `why` explains, `fix` says what to do."""

    level: str
    code: str
    message: str
    where: str
    fix: str = ""
    why: str = ""


def of_template(
    template: Template,
    needs: Needs,
    privacy: Mapping[str, Privacy],
    *,
    marketing: bool,
    personal_max: int,
) -> list[Finding]:
    """The findings that the source alone gives away."""
    shown = [need for need in needs.paths if need.shown and not template.neutral]
    found = _names(shown) + _contacts(shown) + _sensitive(needs.paths, privacy)
    personal = [n for n in shown if _is_personal(n, privacy)]
    if len(personal) > personal_max:
        listed = ", ".join(need.path for need in personal)
        found.append(
            Finding(
                "warning",
                "too_personal",
                f"the message shows {len(personal)} personal facts: {listed}",
                template.id,
                f"Keep the {personal_max} that help this person most.",
                "Past a few facts people stop feeling known and begin to feel watched.",
            )
        )
    found += _sizes(template)
    if marketing:
        found += _unsubscribe(template)
    return found


def _is_personal(need: Need, privacy: Mapping[str, Privacy]) -> bool:
    if "[]." in need.path or not is_personal(need.path):
        return False
    return privacy.get(need.path, Privacy.PERSONAL) > Privacy.PUBLIC


def _last(need: Need) -> str:
    return need.path.rpartition(".")[2].lower()


def _names(shown: Sequence[Need]) -> list[Finding]:
    traits = {_last(need): need for need in shown if need.path.startswith("person.")}
    first = "first_name" in traits or "name" in traits
    middle = next((traits[name] for name in _PATRONYMICS if name in traits), None)
    if "full_name" in traits or (first and middle and "last_name" in traits):
        need = traits.get("full_name") or middle or traits["last_name"]
        return [
            Finding(
                "warning",
                "full_name",
                "the person is addressed by full name with patronymic",
                need.where,
                "Use the first name, or first name and patronymic without the surname.",
                "A full name is how offices and debt collectors write; shops greet by first name.",
            )
        ]
    return []


def _contacts(shown: Sequence[Need]) -> list[Finding]:
    found: list[Finding] = []
    for need in shown:
        if need.path.startswith("links."):
            continue
        segments = {segment.lower() for segment in need.path.split(".")}
        last = _last(need)
        if last in _STREETS or last in _ADDRESSES or (segments & {"address"} and last != "city"):
            found.append(
                Finding(
                    "warning",
                    "exact_address",
                    f"`{need.path}` puts the person's exact address into the text",
                    need.where,
                    "Name the city, or the shop near them.",
                    "An address proves that you keep it, and shows it to whoever reads along.",
                )
            )
        if last in _CONTACTS:
            found.append(
                Finding(
                    "warning",
                    "contact_in_text",
                    f"`{need.path}` puts the person's own contact into the text",
                    need.where,
                    "Leave it out: they know it.",
                    "Forwarded messages carry it on, and it adds nothing for the reader.",
                )
            )
    return found


def _sensitive(paths: Sequence[Need], privacy: Mapping[str, Privacy]) -> list[Finding]:
    return [
        Finding(
            "error",
            "sensitive",
            f"`{need.path}` is marked as sensitive",
            need.where,
            "Write the message without it, or change its privacy class if the mark is wrong.",
            "Even a hint at health, faith or money chosen by machine does harm when it is read.",
        )
        for need in paths
        if privacy.get(need.path.split("[")[0], Privacy.PUBLIC) >= Privacy.SENSITIVE
    ]


def _sizes(template: Template) -> list[Finding]:
    found: list[Finding] = []
    for n, variant in enumerate(template.variants):
        size = len(variant.html.encode())
        if size > CLIP_BYTES:
            found.append(_clipped(size, f"variants[{n}].html"))
    return found


def _clipped(size: int, where: str) -> Finding:
    return Finding(
        "warning",
        "gmail_clip",
        f"the HTML has {size // 1024} KB, more than {CLIP_BYTES // 1024}",
        where,
        "Shorten it, or move styles out of the tags.",
        "Gmail cuts such a message, and the unsubscribe link goes with the end.",
    )


def _unsubscribe(template: Template) -> list[Finding]:
    found: list[Finding] = []
    for n, variant in enumerate(template.variants):
        for part, source in sources(template, n).items():
            if part not in ("text", "html") or "links.unsubscribe" in source:
                continue
            if variant.channel not in ("", "email"):
                continue
            found.append(
                Finding(
                    "error" if part == "html" or not variant.html else "warning",
                    "no_unsubscribe",
                    "a marketing message without an unsubscribe link",
                    f"variants[{n}].{part}",
                    "Add {{ links.unsubscribe }}.",
                    "People who find no way out press «spam», and that harms every message.",
                )
            )
    return found


def of_trials(
    template: Template, n: int, trials: Sequence[tuple[str, Content | None, str]]
) -> list[Finding]:
    """The findings that show on invented people (profile, content or None, reason)."""
    found: list[Finding] = []
    where = f"variants[{n}]"
    for profile, content, refused in trials:
        if content is None:
            level = "error" if profile == "everything known" else "note"
            found.append(
                Finding(
                    level,
                    "refused",
                    f"{profile}: no message, {refused}",
                    where,
                    "Give a default, or leave it if these people should hear nothing.",
                    "Whoever lacks a value that has no fallback is left out of the campaign.",
                )
            )
            continue
        found += _long(content, profile, where)
    seen: dict[tuple[Any, ...], Finding] = {}
    for finding in found:
        seen.setdefault((finding.code, finding.message), finding)
    return list(seen.values())


def _long(content: Content, profile: str, where: str) -> list[Finding]:
    found: list[Finding] = []
    if len(content.subject) > SUBJECT_CHARS:
        found.append(
            Finding(
                "warning",
                "long_subject",
                f"the subject has {len(content.subject)} characters ({profile})",
                f"{where}.subject",
                f"Say it in {SUBJECT_CHARS}.",
                "Phones show about 40 to 60 characters; the rest is not read.",
            )
        )
    size = len(content.html.encode())
    if size > CLIP_BYTES:
        found.append(_clipped(size, f"{where}.html"))
    return found
