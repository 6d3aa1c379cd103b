"""Environments with other versions than the tests' own, made from the registry and kept under ``build/``."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[3]


def programs_of(name: str, requirements: Iterable[str]) -> Path:
    """Return the folder of programs of an environment with these distributions and this checkout.

    It is made where it is not there yet, and anew where the requirements, ours included, have changed since.

    Raises:
        CalledProcessError: the requirements contradict each other, or the registry has not got them.

    """
    folder = ROOT / "build" / "environments" / name
    wanted = sorted(requirements)
    text = "\n".join([sys.version, *wanted, (ROOT / "pyproject.toml").read_text()])
    mark = folder / "made-from"
    digest = hashlib.sha256(text.encode()).hexdigest()
    if not mark.exists() or mark.read_text() != digest:
        shutil.rmtree(folder, ignore_errors=True)
        _make(folder, [*wanted, "--editable", str(ROOT)])
        mark.write_text(digest)
    return folder / "bin"


def _make(folder: Path, packages: list[str]) -> None:
    python = str(folder / "bin" / "python")
    # The Makefile fetches uv where the machine has none; pip does the same in four times the time.
    uv = shutil.which("uv", path=os.pathsep.join((os.environ.get("PATH", ""), str(ROOT / ".tools" / "bin"))))
    if uv is not None:
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
        install = [uv, "pip", "install", "--quiet", "--python", python]
    else:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        install = [python, "-m", "pip", "install", "--quiet"]
    subprocess.run([*install, *packages], check=True, cwd=folder)
