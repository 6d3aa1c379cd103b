"""Runs first in a Python program that the command line has started, then hands over to the sitecustomize it hides."""

# Lib/site.py imports the first sitecustomize on the path. Pythons other than ours may find this one, old ones too.
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


def _tell_of_missing_whose() -> None:
    """Tell once, in what the user has started and in Pythons that could be attributed; others are none of our business.

    The output of every little tool that the program calls, in Pythons of their own, stays what it is.
    """
    from importlib.machinery import PathFinder

    is_started = os.environ.get("WHOSE_RUN") == str(os.getpid())
    if is_started or any(PathFinder.find_spec(name) for name in ("celery", "django")):
        os.environ["WHOSE_RUN"] = "told"
        mend = f"{sys.executable} -m pip install whose"
        reason = "nothing is attributed in this program, since whose is not installed in its Python"
        print(f"whose: {reason}; run: {mend}", file=sys.stderr)


def _hand_over() -> None:
    """Run the next sitecustomize on the path, as would have happened without us; what it raises is its own."""
    sys.path[:] = [entry for entry in sys.path if entry != _HERE]
    ours = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # type: ignore[import-not-found]  # noqa: F401
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
        # Agents that hand over to us (newrelic/bootstrap/sitecustomize.py) count on one that is found to be loaded.
        if ours is not None:
            sys.modules["sitecustomize"] = ours


try:
    _start()
except ModuleNotFoundError as error:
    if error.name == "whose":
        _tell_of_missing_whose()
    else:
        print(f"whose: the program runs unwatched: {error!r}", file=sys.stderr)
except Exception as error:
    print(f"whose: the program runs unwatched: {error!r}", file=sys.stderr)
_hand_over()
