"""docs/team.md names every role and area with what is granted."""

from __future__ import annotations

from pathlib import Path

import pytest

from maracuja.runtime.access import GRANTS, Area, Level, Role

PAGE = (Path(__file__).parents[2] / "docs" / "team.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("area", Area)
def test_every_area_is_explained(area: Area) -> None:
    assert f"`{area.value}`" in PAGE


@pytest.mark.parametrize("role", Role)
def test_every_role_has_its_row_with_its_grants(role: Role) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{role.value}` |"))
    _, _, changes, sees, _ = (cell.strip() for cell in row.split("|"))
    granted = GRANTS[role]
    named = {"the shop": Area.SHOP, "the team": Area.TEAM}

    def areas(cell: str) -> set[Area]:
        words = [word.strip() for word in cell.split(",") if word.strip()]
        return {named.get(word) or Area(word) for word in words}

    may = {area for area in Area if granted.get(area, Level.NONE) is Level.WRITE}
    if changes == "everything":
        assert may == set(Area)
    elif changes == "everything but the team":
        assert may == set(Area) - {Area.TEAM}
    else:
        assert may == (set() if changes == "nothing" else areas(changes))
    only_sees = {area for area in Area if granted.get(area, Level.NONE) is Level.READ}
    assert only_sees == areas(sees)
