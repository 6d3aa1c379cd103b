"""Checks values that users wrote, and gathers every mistake instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from whose.config.places import Place
from whose.errors import Problem


class Checker:
    """Returns what is right in a value, after noting what is not."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, place: str, message: str, mend: str) -> None:
        """Note a mistake."""
        self.problems.append(Problem(place, message, mend))

    def unknown(self, place: str, kind: str, word: str, known: Iterable[str]) -> None:
        """Note a word that means nothing here, with the one that was perhaps meant."""
        # Imported here, since right configurations need not wait for it.
        import difflib

        words = sorted(known)
        near = difflib.get_close_matches(word, words, n=1)
        mend = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(words)}"
        self.problem(place, f"unknown {kind} {word!r}", mend)

    def table(self, place: Place, value: object, *path: str | int) -> Mapping[str, object]:
        """Return a table with strings as keys."""
        if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
            return value
        self.problem(
            place.place_of(*path), f"{_name(path)} is a {_shape(value)}", "a table with names as keys belongs here"
        )
        return {}

    def strings(self, place: Place, value: object, *path: str | int) -> list[str]:
        """Return the strings of a list that are none the worse."""
        if isinstance(value, str):
            self.problem(place.place_of(*path), f"{_name(path)} is a string", f"write a list: [{value!r}]")
            return []
        if not isinstance(value, list | tuple | set | frozenset):
            self.problem(place.place_of(*path), f"{_name(path)} is a {_shape(value)}", "write a list of strings")
            return []
        strings = []
        for number, item in enumerate(value):
            if isinstance(item, str) and item:
                strings.append(item)
            else:
                self.problem(place.place_of(*path, number), f"{item!r} is not a name", "write a string")
        return strings

    def string(self, place: Place, value: object, *path: str | int) -> str | None:
        """Return a string that is not empty, or None."""
        if isinstance(value, str) and value:
            return value
        self.problem(place.place_of(*path), f"{_name(path)} is {value!r}", "write a string that is not empty")
        return None

    def string_table(self, place: Place, value: object, *path: str | int) -> dict[str, str]:
        """Return the entries of a table whose values are strings."""
        entries = self.table(place, value, *path)
        return {key: text for key, item in entries.items() if (text := self.string(place, item, *path, key))}

    def choice(self, place: Place, value: object, known: Iterable[str], *path: str | int) -> str | None:
        """Return one of several words, or None."""
        word = self.string(place, value, *path)
        if word is None or word in known:
            return word
        self.unknown(place.place_of(*path), f"value of {_name(path)}", word, known)
        return None

    def switch(self, place: Place, value: object, *path: str | int) -> bool | None:
        """Return true or false, or None."""
        if isinstance(value, bool):
            return value
        self.problem(place.place_of(*path), f"{_name(path)} is {value!r}", "write true or false")
        return None


def _name(path: tuple[str | int, ...]) -> str:
    return repr(path[-1]) if path else "the whole"


def _shape(value: object) -> str:
    return "nothing" if value is None else type(value).__name__
