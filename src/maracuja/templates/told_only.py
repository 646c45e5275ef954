"""Which of a person's traits a text prints: of these, only what they told may be said."""

from __future__ import annotations

from collections.abc import Collection

from maracuja.templates.definition import Template


def printed_traits(template: Template, variant: int, reads: Collection[str]) -> tuple[str, ...]:
    """The columns `person.<trait>` among `reads` whose value the text shows, sorted.

    Without those that the template declares to be known to the person.
    """
    from maracuja.templates.needs import needs  # it reads the sources of compiled templates

    columns = [path for path in reads if path.startswith("person.")]
    if not columns or template.neutral:
        return ()
    shown = [need.path for need in needs(template, variant).paths if need.shown]
    return tuple(
        sorted(
            column
            for column in columns
            if column not in template.known_to_person
            and any(
                path == column or path.startswith((f"{column}.", f"{column}[")) for path in shown
            )
        )
    )
