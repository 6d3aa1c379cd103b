"""A sink in a package of its own, installed beside whose, is found by its entry point."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

PROGRAM = """
import whose
keys = {"blackboard": {"code_owner": "team"}}
whose.install({"mappings": {"red": ["shop.cart"]}, "sinks": ["blackboard"], "keys": keys})
with whose.attributing("shop.cart", kind="task", name="add"):
    pass
assert whose.stats()["contained_errors"] == {}, whose.stats()
"""


def test_a_sink_of_another_package_is_found_by_its_name(tmp_path: Path) -> None:
    environment, board = tmp_path / "venv", tmp_path / "blackboard.jsonl"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = str(environment / "bin" / "python")
    packages = [str(ROOT), str(ROOT / "examples" / "own_sink")]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True, cwd=tmp_path)
    variables = {**os.environ, "BLACKBOARD": str(board)}
    subprocess.run([python, "-c", PROGRAM], check=True, cwd=tmp_path, env=variables)
    assert [json.loads(line) for line in board.read_text().splitlines()] == [
        {
            "kind": "task",
            "name": "add",
            "team": "red",
            "code_owner_module": "shop.cart",
            "code_owner_source": "mapping",
        }
    ]
