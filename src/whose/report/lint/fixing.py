"""Makes the edits that findings are certain of, one file at a time, and leaves everything else as it is."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterable
from pathlib import Path

from whose.report.files import RepositoryError
from whose.report.lint.finding import Edit, Finding
from whose.report.writing import write_atomically


def fix(findings: Iterable[Finding], *, root: Path) -> tuple[Finding, ...]:
    """Make the certain edits, and return the findings that are mended by them.

    Line ends, encoding and everything around the edited text stay. A line that does not look as it did when it was
    judged is left alone, and its finding stays.

    Raises:
        RepositoryError: a file cannot be read or written.

    """
    by_file: dict[str, list[tuple[Finding, Edit]]] = {}
    for finding in findings:
        if finding.edit is not None:
            by_file.setdefault(finding.edit.file, []).append((finding, finding.edit))
    mended: list[Finding] = []
    for file, edits in by_file.items():
        path = root / file
        try:
            lines = path.read_bytes().splitlines(keepends=True)
        except OSError as error:
            raise RepositoryError(f"{file}: cannot be read ({error.strerror})") from error
        before = len(mended)
        # From the last line upward, so that the numbers of those that wait stay right.
        for finding, edit in sorted(edits, key=lambda item: -item[1].line):
            if _made(lines, edit):
                mended.append(finding)
        if len(mended) > before:
            write_atomically(path, b"".join(lines))
    return tuple(mended)


def _made(lines: list[bytes], edit: Edit) -> bool:
    if not 1 <= edit.line <= len(lines):
        return False
    line, old = lines[edit.line - 1], edit.old.encode("utf-8", "surrogateescape")
    if line.count(old) != 1:
        return False
    if edit.new is None:
        del lines[edit.line - 1]
        if line.startswith(BOM_UTF8) and lines:
            lines[0] = BOM_UTF8 + lines[0]
    else:
        lines[edit.line - 1] = line.replace(old, edit.new.encode("utf-8", "surrogateescape"))
    return True
