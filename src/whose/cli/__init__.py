"""The command line: one file per command, found and loaded by its name.

To add the command ``whose NAME``, write ``cli/NAME.py`` with one click command in it that is called ``command``::

    import click

    SECTION = "Ask"

    @click.command()
    @click.argument("thing")
    def command(thing: str) -> None:
        '''Say who owns THING.

        What stands here teaches; the first sentence is the command's line in ``whose --help``.
        '''
        from whose.interface import owner_of    # heavy imports go inside: the help of all commands loads every file
        ...

- The file's name is the command's: ``_`` becomes ``-``, and a trailing ``_`` (``import_.py``) is left out. Files whose
  name begins with ``_`` are no commands but what several of them share; what is shown belongs in ``report/``.
- ``SECTION`` (optional) is the heading under which ``whose --help`` lists it; see ``SECTIONS`` in ``_group.py``.
- Only the file of the command that was asked for is imported; it may import click at its top, and nothing slow.
- A question answered with "no" ends by ``raise SystemExit(FOUND)``; mistakes in the arguments raise
  ``click.UsageError``; a :class:`whose.WhoseError` that leaves a command is printed as it is, without a traceback.
- What people read goes through ``rich`` to standard output, progress and complaints to standard error; ``--json``
  prints one JSON document and nothing else.

Exit codes, the same for all commands:

====  =================================================================================================
0     done, and all is well
1     done, and the answer is no: a finding, a gap, a wrong owner (:data:`FOUND`)
2     the command line or the configuration is wrong, or an extra is not installed (:data:`USAGE`)
3     it could not be done here: a file, a broker, a program is missing or failed (:data:`FAILED`)
128+n ended by signal n: 130 by Ctrl-C, 143 by SIGTERM
====  =================================================================================================
"""

from __future__ import annotations

import sys

from whose.errors import MissingExtraError

FOUND = 1
USAGE = 2
FAILED = 3
INTERRUPTED = 130

#: The libraries of the extra ``cli``, by their import names.
_LIBRARIES = ("click", "rich")


def main() -> int:
    """Run the command line of this process and return its exit code."""
    try:
        import rich  # noqa: F401 - asked for here, so that a missing extra is found before a command is half done

        from whose.cli._group import run
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in _LIBRARIES:
            raise
        missing = MissingExtraError(wanted="the command line of whose", library=library, extra="cli")
        print(f"whose: {missing}", file=sys.stderr)
        return USAGE
    return run(sys.argv[1:])
