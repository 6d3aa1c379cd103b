"""CPU time by owner, of a real program with two teams and a fork, and of stacks that another profiler wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = {
    "whose.toml": '[tool.whose.mappings]\nteam-red = ["profiled_red"]\nteam-blue = ["profiled_blue"]\n',
    "profiled_red.py": """
import json
import profiled_blue

def work():
    profiled_blue.burn(1.0)
    for _ in range(20_000):
        json.dumps({"red": [1, 2, 3]})
""",
    "profiled_blue.py": """
import time

def burn(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
""",
    "program.py": """
import os, sys
import profiled_red
child = os.fork()
profiled_red.work()
if child:
    os.waitpid(child, 0)
    sys.exit(7)
""",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in PROGRAM.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def profile(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import sys; from whose.cli import main; sys.exit(main())", "profile", *arguments]
    return subprocess.run(
        command,
        cwd=project,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_cpu_time_goes_to_the_owner_of_the_innermost_owned_frame(project: Path) -> None:
    page = project / "cpu.html"
    done = profile(project, "--json", "--html", str(page), "--", sys.executable, "program.py")
    assert done.returncode == 7, done.stderr
    document = json.loads(done.stdout)
    spent = {owner["owner"]: owner for owner in document["owners"]}
    assert document["processes"] == 2
    assert spent["team-blue"]["spent"] > spent["team-red"]["spent"] > 0
    assert spent["team-blue"]["hottest"][0][0] == "profiled_blue:burn"
    assert spent["team-red"]["hottest"][0][0] == "profiled_red:work"
    text = page.read_text()
    assert "profiled_blue:burn" in text
    assert "http" not in text.replace("http://www.w3.org", "")


def test_owners_may_come_from_files_that_the_configuration_names(project: Path) -> None:
    (project / "whose.toml").write_text("codeowners = true\nrepository = '.'\n")
    (project / "CODEOWNERS").write_text("profiled_red.py @org/red\nprofiled_blue.py @org/blue\nprogram.py @org/grey\n")
    # Each burns for so long that no sample more or less decides.
    spin = "end = time.thread_time() + {}\nwhile time.thread_time() < end: pass\n"
    red = "import time, profiled_blue\nprofiled_blue.burn(1.5)\n" + spin.format(0.6)
    (project / "profiled_red.py").write_text(red)
    (project / "program.py").write_text("import time, profiled_red\n" + spin.format(0.6))
    done = profile(project, "--json", "--", sys.executable, "program.py")
    owners = [owner["owner"] for owner in json.loads(done.stdout)["owners"]]
    assert owners[0].endswith("blue"), done.stderr
    assert {owner.rpartition("/")[2] for owner in owners} >= {"red", "blue", "grey"}


def test_stacks_of_another_profiler_are_read(project: Path) -> None:
    stacks = project / "stacks.txt"
    stacks.write_text(
        "main (program.py:3);work (profiled_red.py:6);burn (profiled_blue.py:6) 30\n"
        "main (program.py:3);work (profiled_red.py:8);dumps (/usr/lib/python3.11/json/__init__.py:231) 9\n"
        "profiled_blue.burn 1\n"
    )
    done = profile(project, "--json", "--attach-file", str(stacks))
    assert done.returncode == 0, done.stderr
    spent = {owner["owner"]: owner["spent"] for owner in json.loads(done.stdout)["owners"]}
    assert spent == {"team-blue": 31, "team-red": 9}


def test_a_line_that_is_no_stack_is_named(project: Path) -> None:
    stacks = project / "stacks.txt"
    stacks.write_text("a;b 3\nnot a stack\n")
    done = profile(project, "--attach-file", str(stacks))
    assert done.returncode == 3
    assert "stacks.txt:2" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--", "no-such-program"], 3, "cannot be run"),
        (["--", "false"], 1, "left no samples"),
        ([], 2, "name a command"),
    ],
)
def test_mistakes_are_told(project: Path, arguments: list[str], code: int, said: str) -> None:
    done = profile(project, *arguments)
    assert done.returncode == code
    assert said in done.stderr


def test_a_sitecustomize_of_the_users_own_still_runs(project: Path) -> None:
    own = project / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text("import os; os.environ['OWN_SITE'] = 'ran'\n")
    (project / "asks.py").write_text("import os, time\nprint(os.environ['OWN_SITE'])\n" + "sum(range(10**7))\n")
    done = profile(project, "--", sys.executable, "asks.py", PYTHONPATH=str(own))
    assert done.stdout.startswith("ran\n"), done.stderr
