"""Findings in the words of those who read them: JSON, SARIF, GitHub's and GitLab's annotations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

import whose
from whose.report.lint.codes import CODES, Gravity
from whose.report.lint.finding import Finding

VERSION = 1

_GITHUB = {Gravity.ERROR: "error", Gravity.WARNING: "warning", Gravity.NOTE: "notice"}
_GITLAB = {Gravity.ERROR: "major", Gravity.WARNING: "minor", Gravity.NOTE: "info"}
_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def json_of(findings: Sequence[Finding], excused: Sequence[Finding]) -> dict[str, object]:
    """Return the document of ``whose lint --json``."""
    return {
        "version": VERSION,
        "findings": [_record(finding) for finding in findings],
        "excused": [_record(finding) for finding in excused],
    }


def _record(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "title": finding.kind.title,
        "gravity": finding.kind.gravity.value,
        "file": finding.file,
        "line": finding.line,
        "setting": finding.setting,
        "subject": finding.subject,
        "message": finding.message,
        "mend": finding.mend,
        "fixable": finding.edit is not None,
        "fingerprint": finding.fingerprint,
    }


def sarif_of(findings: Sequence[Finding], excused: Sequence[Finding]) -> dict[str, object]:
    """Return findings as a SARIF 2.1.0 log, which GitHub's code scanning and others read.

    https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; excused findings are suppressed there.
    """
    numbers = {code: number for number, code in enumerate(CODES)}
    rules = [
        {
            "id": code.code,
            "name": "".join(word.capitalize() for word in code.title.replace("-", " ").split()),
            "shortDescription": {"text": code.title},
            "fullDescription": {"text": code.meaning},
            "help": {"text": code.mend},
            "defaultConfiguration": {"level": code.gravity.value},
        }
        for code in CODES.values()
    ]
    results = [_result(finding, numbers) for finding in findings]
    suppression = [{"kind": "external", "justification": "listed in the baseline"}]
    results += [{**_result(finding, numbers), "suppressions": suppression} for finding in excused]
    driver = {"name": "whose", "version": whose.__version__, "rules": rules}
    return {
        "$schema": _SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _result(finding: Finding, numbers: Mapping[str, int]) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": finding.code,
        "ruleIndex": numbers[finding.code],
        "level": finding.kind.gravity.value,
        "message": {"text": f"{finding.message}; {finding.mend}"},
        "partialFingerprints": {"whose/v1": finding.fingerprint},
    }
    if finding.file is not None:
        place: dict[str, object] = {"artifactLocation": {"uri": _uri(finding.file), "uriBaseId": "%SRCROOT%"}}
        if finding.line is not None:
            place["region"] = {"startLine": finding.line}
        result["locations"] = [{"physicalLocation": place}]
    else:
        result["locations"] = [{"logicalLocations": [{"fullyQualifiedName": finding.place}]}]
    return result


def _uri(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"))


def github_of(findings: Iterable[Finding]) -> str:
    """Return findings as workflow commands, which GitHub shows at the lines of a pull request.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions, "Setting a warning message".
    """
    return "".join(f"{_command(finding)}\n" for finding in findings)


def _command(finding: Finding) -> str:
    properties = {"title": f"{finding.code} {finding.kind.title}"}
    message = f"{finding.message}; {finding.mend}"
    if finding.file is not None:
        properties["file"] = finding.file
        if finding.line is not None:
            properties["line"] = str(finding.line)
    else:
        message = f"{finding.place}: {message}"
    written = ",".join(f"{key}={_escaped(value, also=':,')}" for key, value in properties.items())
    return f"::{_GITHUB[finding.kind.gravity]} {written}::{_escaped(message)}"


def _escaped(text: str, *, also: str = "") -> str:
    for character in f"%\r\n{also}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def gitlab_of(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """Return findings as a Code Quality report, which GitLab shows in a merge request.

    https://docs.gitlab.com/ci/testing/code_quality/, "Code Quality report format".
    """
    return [
        {
            "check_name": finding.code,
            "description": f"{finding.message}; {finding.mend}",
            "fingerprint": finding.fingerprint,
            "severity": _GITLAB[finding.kind.gravity],
            # GitLab shows nothing that has no path; a setting that stands in no file is shown under its name.
            "location": {"path": finding.file or finding.place, "lines": {"begin": finding.line or 1}},
        }
        for finding in findings
    ]
