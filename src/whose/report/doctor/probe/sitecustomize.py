"""Runs first in the program that is looked at; lets launchers of agents pass, and ends the program where it begins."""

# This folder is put on the path by the command ``whose doctor``; nothing here may need a package.
import importlib.machinery
import importlib.util
import json
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
#: Programs that only start others, with an agent in them.
_LAUNCHERS = ("newrelic-admin", "ddtrace-run", "opentelemetry-instrument", "logfire", "whose")


def watch_for_program() -> None:
    """Have the program reported on, and ended, where it begins; the launcher of an agent may go on."""
    if not any(os.path.basename(word) in _LAUNCHERS for word in sys.orig_argv[:3]):
        sys.setprofile(_look)


def _look(frame: object, event: str, _: object) -> None:
    """Report at the first line of the program itself, when the sitecustomize of every agent has run."""
    code, names = frame.f_code, frame.f_globals  # type: ignore[attr-defined]
    if event != "call" or code.co_name != "<module>" or names.get("__name__") != "__main__":
        return
    sys.setprofile(None)
    report = os.environ["WHOSE_DOCTOR_TO"]
    # An exit of somebody's configuration passes: raised before the program's first line, it ends the program itself.
    try:
        from whose.report.doctor.looking import document_of, look

        found = document_of(look(test=os.environ.get("WHOSE_DOCTOR_TEST") == "1"))
    except Exception as error:
        found = {"failure": f"{type(error).__name__}: {error}", "python": sys.executable}
    with open(report + ".new", "w", encoding="utf-8") as file:
        json.dump(found, file)
    os.replace(report + ".new", report)
    os._exit(0)


def _hand_over() -> None:
    """Run the next sitecustomize on the path, as would have happened without us."""
    path = [os.path.abspath(entry or os.curdir) for entry in sys.path]
    # Those before this folder have run, and handed over to here.
    path = path[path.index(_HERE) + 1 :] if _HERE in path else []
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", path)
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


if __name__ == "sitecustomize" and os.environ.get("WHOSE_DOCTOR_TO"):
    watch_for_program()
    _hand_over()
