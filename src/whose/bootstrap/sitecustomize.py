"""Runs first in a Python program that the command line has started, then hands over to the sitecustomize it hides."""

# This folder is put on the path for the program; Lib/site.py imports the first sitecustomize that it finds there.
import importlib.machinery
import importlib.util
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))


def _start() -> None:
    if os.environ.get("WHOSE_RUN"):
        from whose.bootstrap.watching import watch_imports

        watch_imports()
    folder = os.environ.get("WHOSE_PROFILE_TO")
    if folder:
        from whose.sampling import start_sampling

        start_sampling(folder, interval=float(os.environ.get("WHOSE_PROFILE_INTERVAL", "0.005")))


def _hand_over() -> None:
    """Run the next sitecustomize on the path, as would have happened without us."""
    path = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != _HERE]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", path)
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


try:
    _start()
except Exception as error:
    print(f"whose: the program runs unwatched: {error!r}", file=sys.stderr)
_hand_over()
