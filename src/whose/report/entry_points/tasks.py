"""Finds tasks by their decorators and by the classes that are registered as such."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from whose.report.entry_points.entry_point import EntryPoint
from whose.report.entry_points.imports import dotted_name, text_of

_DECORATED = re.compile(rb"@[ \t]*[\w.]*(?:[tT]ask|[aA]ctor)\b")
_ALIASED = re.compile(rb"=[ \t]*(?:[\w.]+\.)?task\b")
_DECORATORS = frozenset({"task", "shared_task", "periodic_task", "db_task", "db_periodic_task", "actor"})
#: Where a decorator of such a name means something else.
_OTHERS = frozenset({"invoke", "fabric", "locust", "airflow", "luigi", "prefect", "pytest", "asyncio", "unittest"})


@dataclass(frozen=True, slots=True)
class _Decorated:
    """A function or class under a decorator that may be a task's."""

    decorator: str
    entry: EntryPoint


def may_have_tasks(content: bytes) -> bool:
    """Tell whether a file is worth parsing, which is what costs; hardly any file without tasks is."""
    if b"task" not in content and b"actor" not in content and b"Task" not in content:
        return False
    if b"shared_task" in content or b"register_task" in content:
        return True
    return _DECORATED.search(content) is not None or _ALIASED.search(content) is not None


class Tasks:
    """Gathers tasks file by file; aliases of decorators are known only when all files have been read."""

    def __init__(self) -> None:
        self._decorated: list[_Decorated] = []
        self._registered: list[EntryPoint] = []
        #: Dotted names that stand for a task decorator: ``my_task = shared_task``.
        self._aliases: set[str] = set()

    def read(self, tree: ast.Module, *, path: str, module: str, names: Mapping[str, str]) -> None:
        """Take in the tasks of one file."""
        for statement in tree.body:
            self._read_alias(statement, module, names)
        for node, qualified in _definitions(tree.body, module):
            for decorator in node.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                name = dotted_name(called, names)
                if name is not None:
                    explicit = _keyword(decorator, "name")
                    entry = EntryPoint("task", explicit or qualified, qualified, path, node.lineno)
                    self._decorated.append(_Decorated(name, entry))
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "register_task":
                self._read_registration(call, tree, path, names)

    def found(self) -> Iterator[EntryPoint]:
        """Return the tasks of all files that were read."""
        yield from self._registered
        for decorated in self._decorated:
            if decorated.decorator in self._aliases or is_task_decorator(decorated.decorator):
                yield decorated.entry

    def _read_alias(self, statement: ast.stmt, module: str, names: Mapping[str, str]) -> None:
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            return
        value = statement.value
        if isinstance(value, ast.Call):
            # partial(shared_task, bind=True) makes a decorator; app.task(function) makes a task.
            called = dotted_name(value.func, names) or ""
            if called.rpartition(".")[2] != "partial" or not value.args:
                return
            value = value.args[0]
        name = dotted_name(value, names)
        if name is not None and is_task_decorator(name):
            self._aliases.add(f"{module}.{statement.targets[0].id}")
            self._aliases.add(statement.targets[0].id)

    def _read_registration(self, call: ast.Call, tree: ast.Module, path: str, names: Mapping[str, str]) -> None:
        made = call.args[0] if call.args else None
        kind = dotted_name(made.func if isinstance(made, ast.Call) else made, names) if made is not None else None
        if kind is None:
            return
        explicit = None
        for statement in tree.body:
            if isinstance(statement, ast.ClassDef) and names.get(statement.name) == kind:
                explicit = _attribute(statement, "name")
        self._registered.append(EntryPoint("task", explicit or kind, kind, path, call.lineno))


def is_task_decorator(name: str) -> bool:
    """Tell whether the full name of a decorator is that of a task queue."""
    return name.rpartition(".")[2] in _DECORATORS and name.partition(".")[0] not in _OTHERS


def _definitions(
    body: list[ast.stmt], around: str
) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, str]]:
    """Return every function and class, also inside classes and conditions, with its dotted name."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            qualified = f"{around}.{statement.name}"
            yield statement, qualified
            if isinstance(statement, ast.ClassDef):
                yield from _definitions(statement.body, qualified)
            else:
                # Celery names a task by its module and __name__, wherever in the module it is defined.
                yield from _definitions(statement.body, around)
        else:
            for part in ("body", "orelse", "finalbody"):
                yield from _definitions(getattr(statement, part, []), around)


def _keyword(decorator: ast.expr, name: str) -> str | None:
    if not isinstance(decorator, ast.Call):
        return None
    return next((text_of(keyword.value) for keyword in decorator.keywords if keyword.arg == name), None)


def _attribute(statement: ast.ClassDef, name: str) -> str | None:
    for inner in statement.body:
        if isinstance(inner, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in inner.targets):
            return text_of(inner.value)
    return None
