"""The command ``whose import``: turns ownership that is kept elsewhere into a configuration."""

from __future__ import annotations

from pathlib import Path

import click

from whose.cli._options import print_json

SECTION = "Exchange"


@click.command(
    epilog="""\b
Examples:
  whose import csv "Own Repos.csv" "Own edx-platform Apps.csv" --output whose.toml
  whose import csv owners.csv --json
\b
Exit codes: 0 written; 2 wrong command line, or a mistake in a FILE, each told with
its line; 3 a file cannot be read or written.
"""
)
@click.argument("form", type=click.Choice(["csv"]), expose_value=False)
@click.argument("sheets", metavar="FILE...", nargs=-1, required=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write to this file.")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON document and nothing else.")
def command(*, sheets: tuple[str, ...], output: Path | None, is_json: bool) -> None:
    """Write a configuration from ownership that is kept elsewhere.

    csv: spreadsheets with the columns that edx-arch-experiments' generate_code_owner_mappings reads. A row has
    owner.squad, perhaps owner.theme, and one of app (a dotted module), Path (a folder, from where Python imports) and
    repo url (the distribution that is published from there).
    """
    from whose.errors import WhoseError
    from whose.report.imported import configuration_of, import_sheets
    from whose.report.writing import write_atomically

    texts = []
    for sheet in sheets:
        try:
            texts.append((sheet, Path(sheet).read_bytes().decode("utf-8-sig")))
        except UnicodeDecodeError as error:
            raise WhoseError(f"{sheet}: is not UTF-8 at byte {error.start}; save the file as UTF-8") from error
        except OSError as error:
            raise WhoseError(f"{sheet}: cannot be read ({error.strerror})") from error
    imported = import_sheets(texts)
    text = configuration_of(imported)
    if output is not None:
        write_atomically(output, text.encode())
    elif is_json:
        parts = {
            "mappings": dict(imported.mappings),
            "packages": dict(imported.packages),
            "themes": dict(imported.themes),
        }
        print_json({"version": 1, "kind": "import", **parts})
    else:
        click.echo(text, nl=False)
