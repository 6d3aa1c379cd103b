"""Ownership that code declares, read from its text without running it: ``__code_owner__`` and ``@owned_by``."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from whose.model import Rule, TeamName
from whose.sources.declared import DECLARED, MARK

_DECORATOR = "owned_by"


def declarations_in(text: str, *, file: str) -> Mapping[str, Rule]:
    """Return the declaration of each function and class by its dotted name in the module, and the module's own by "".

    Only names that stand there as plain strings are seen; a text that is not Python declares nothing.

    >>> declarations_in('__code_owner__ = "team-red"', file="shop/cart.py")[""].team
    'team-red'
    """
    if MARK not in text and _DECORATOR not in text:
        return {}
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return dict(_declarations(module.body, "", file))


def _declarations(body: list[ast.stmt], outer: str, file: str) -> Iterator[tuple[str, Rule]]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{outer}.{statement.name}" if outer else statement.name
            for decorator in statement.decorator_list:
                team = _decorated_by(decorator)
                if team is not None:
                    yield name, Rule(DECLARED, "@owned_by", team, file=file, line=decorator.lineno)
            if isinstance(statement, ast.ClassDef):
                yield from _declarations(statement.body, name, file)
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            team = _text(statement.value)
            if team is not None and any(isinstance(target, ast.Name) and target.id == MARK for target in targets):
                yield outer, Rule(DECLARED, MARK, team, file=file, line=statement.lineno)
        elif isinstance(statement, ast.If | ast.Try | ast.With) and not outer:
            yield from _declarations(statement.body, outer, file)


def _decorated_by(decorator: ast.expr) -> TeamName | None:
    if not isinstance(decorator, ast.Call) or not decorator.args:
        return None
    called = decorator.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", None)
    return _text(decorator.args[0]) if name == _DECORATOR else None


def _text(expression: ast.expr | None) -> TeamName | None:
    value = expression.value if isinstance(expression, ast.Constant) else None
    return TeamName(value) if isinstance(value, str) and value else None
