"""The generic twin: the same message with nothing personal in it, made from the same template."""

from __future__ import annotations

from typing import Any

import msgspec
import polars as pl

from maracuja.errors import TemplateError
from maracuja.templates.compiled import compiled
from maracuja.templates.definition import Template
from maracuja.templates.needs import needs
from maracuja.templates.offered import COUPON, shown


def neutralise(template: Template, constants: dict[str, Any] | None = None) -> Template:
    """The template with all personal facts (person.*, facts.*) missing: its fallbacks speak.

    Raises TemplateError with the place where a personal value has no fallback. `constants` are
    those that the message will be compiled with (shop.name and so on).
    """
    twin = msgspec.structs.replace(template, neutral=True)
    for n, variant in enumerate(twin.variants):
        made = compiled(twin, COUPON, variant=n, constants=constants)
        reason = made.render(pl.DataFrame({"one": [0]}).with_columns(shown(list(COUPON)))).errors[
            0
        ]
        if reason is not None:
            what, _, path = reason.partition(":")
            part = {need.path: need.where for need in needs(template, n).paths}.get(path)
            raise TemplateError(
                f"the generic twin cannot be written: `{path}` is {what} there",
                where=f"{template.id}: {part or f'variants[{n}] ({variant.language})'}",
                fix=f'Give it a fallback: {{{{ {path} | default: "..." }}}} or a need block.',
            )
    return twin
