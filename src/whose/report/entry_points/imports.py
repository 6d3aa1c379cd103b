"""Tells what the names in a module stand for, by its imports and definitions."""

from __future__ import annotations

import ast
from collections.abc import Mapping


def names_of(tree: ast.Module, *, module: str, is_package: bool) -> Mapping[str, str]:
    """Return the dotted name of everything that a module imports or defines at its top, by the name it has there."""
    package = module if is_package else module.rpartition(".")[0]
    names: dict[str, str] = {}
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names[statement.name] = f"{module}.{statement.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                names[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(node, package)
            for alias in node.names:
                names[alias.asname or alias.name] = f"{origin}.{alias.name}" if origin else alias.name
    return names


def _origin(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    steps = package.split(".") if package else []
    base = steps[: len(steps) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def dotted_name(node: ast.expr, names: Mapping[str, str]) -> str | None:
    """Return the full dotted name of ``views.add``; None for what is no chain of names."""
    steps: list[str] = []
    while isinstance(node, ast.Attribute):
        steps.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([names.get(node.id, node.id), *reversed(steps)])


def text_of(node: ast.expr | None) -> str | None:
    """Return a string written as such, also inside ``_("...")``, by which routes are translated; else None."""
    if isinstance(node, ast.Call) and len(node.args) == 1 and isinstance(node.func, ast.Name):
        node = node.args[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
