"""Every page, at both sizes, by axe-core: no serious finding."""

from __future__ import annotations

from pathlib import Path

import pytest

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = ("/", "/query", "/network", "/connections", "/activity", "/maintenance")
RULES = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]}


def findings(page) -> list[str]:
    """The serious and critical ones, each with the first element concerned."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    violations = page.evaluate("rules => axe.run(document, rules).then(found => found.violations)", RULES)
    return [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}"
        for one in violations
        if one["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("size", ["large", "small"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_serious_on_a_page(house, browse, address, size):
    page = browse(house, address, size=size)
    page.get_by_role("heading", level=1).wait_for()
    assert findings(page) == []
