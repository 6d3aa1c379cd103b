"""Reads YAML with the line of each key and item; the one file that needs PyYAML."""

from __future__ import annotations

from collections.abc import Iterator

from whose.errors import MissingExtraError
from whose.sources.documents import Document, DocumentError

try:
    import yaml
except ImportError as error:
    raise MissingExtraError(wanted="a YAML file", library="PyYAML", extra="yaml") from error

#: The reader in C is ten times as fast, and not on every machine.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 200


def parse_yaml(text: str) -> list[Document]:
    """Return the documents of a YAML text, empty ones included; only plain values, never objects.

    Raises:
        DocumentError: the text is not YAML.

    """
    try:
        _check_depth(text)
        return list(_documents(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        raise DocumentError(f"is not YAML: {problem}", mark.line + 1 if mark else None) from error
    except (ValueError, OverflowError, TypeError) as error:
        # What looks like a date or a number and is none; what cannot be the key of a table.
        raise DocumentError(f"is not YAML: {error}") from error


def _check_depth(text: str) -> None:
    """Refuse what is nested so deeply that the reader in C, which does not count, would end the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise DocumentError(f"is nested more than {_DEEPEST} deep", event.start_mark.line + 1)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _documents(text: str) -> Iterator[Document]:
    loader = _Loader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            lines: dict[tuple[str | int, ...], int] = {}
            repeated: list[tuple[str, int]] = []
            _note(node, (), lines, repeated, set())
            yield Document(loader.construct_document(node), lines, repeated)
    finally:
        loader.dispose()


def _note(
    node: yaml.Node,
    path: tuple[str | int, ...],
    lines: dict[tuple[str | int, ...], int],
    repeated: list[tuple[str, int]],
    seen: set[int],
) -> None:
    """Note the line of everything inside a node; what an alias repeats is looked at once."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        keys = set()
        for key, value in node.value:
            name = str(key.value)
            inner = (*path, name)
            if name in keys and name != "<<":
                repeated.append((name, key.start_mark.line + 1))
            keys.add(name)
            lines[inner] = key.start_mark.line + 1
            _note(value, inner, lines, repeated, seen)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            lines[(*path, number)] = item.start_mark.line + 1
            _note(item, (*path, number), lines, repeated, seen)
