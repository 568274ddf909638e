"""The first line of each service says what it may import: the same as the import contracts."""

from __future__ import annotations

import ast
import re
import tomllib

import pytest

from tests.reasons_in_code import ROOT

SERVICES = ROOT / "attendance" / "services"
PREFIX = "attendance.services."
PACKAGES = sorted(path.parent.name for path in SERVICES.glob("*/__init__.py"))


def allowed_by_contract(package: str) -> set[str]:
    """Return the modules of other services, such as "hours.plan", that a contract lets a package import."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (named,) = [one for one in contracts if one["name"] == "use cases share only what is named here"]
    pairs = [line.split(" -> ") for line in named["ignore_imports"]]
    return {target.removeprefix(PREFIX) for source, target in pairs if source.startswith(f"{PREFIX}{package}.")}


@pytest.mark.parametrize("package", PACKAGES)
def test_that_a_service_says_what_the_contracts_let_it_import(package: str) -> None:
    text = ast.get_docstring(ast.parse((SERVICES / package / "__init__.py").read_text(encoding="utf-8"))) or ""
    purpose, _, rule = text.partition(" May import core")
    assert purpose.endswith(".")
    assert rule.endswith(".")
    said = set(re.findall(rf"\b(?:{'|'.join(PACKAGES)})\.[a-z_]+", rule))
    assert said == allowed_by_contract(package)
    assert ("no other service" in rule) == (not said)
