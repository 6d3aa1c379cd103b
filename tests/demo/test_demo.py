"""The whole demo, as its users start it: right in the end, and clean however it ends."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from whose.demo.broker import redis_program
from whose.demo.shop import listen
from whose.demo.shop_files import find_project

_WHOSE = [sys.executable, "-c", "import sys; from whose.cli import main; sys.exit(main())", "demo"]
_SECONDS = 120.0


class Demo:
    """One ``whose demo`` with a folder for temporary files of its own."""

    def __init__(self, folder: Path, *options: str, command: Sequence[str] = _WHOSE) -> None:
        self.folder = folder / "temporary"
        self.folder.mkdir()
        self.page = folder / "page.html"
        self._said = folder / "stderr"
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [*command, "--html", str(self.page), *options],
                stdout=subprocess.PIPE,
                stderr=said,
                env={**os.environ, "TMPDIR": str(self.folder)},
                cwd=folder,
            )

    @property
    def said(self) -> str:
        """What it said on standard error so far."""
        return self._said.read_text()

    def await_words(self, words: str) -> None:
        self._await(lambda: words in self.said)

    def await_relatives(self) -> None:
        self._await(lambda: bool(self.relatives()))

    def _await(self, has_come: Callable[[], bool]) -> None:
        end = time.monotonic() + _SECONDS
        while not has_come():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < end, self.said
            time.sleep(0.02)

    def ended(self) -> tuple[int, str]:
        """Return the exit code and what it printed."""
        printed, _ = self.process.communicate(timeout=_SECONDS)
        return self.process.returncode, printed.decode()

    def relatives(self) -> dict[int, str]:
        """Return the processes that belong to it, however far removed: their files lie in its folder."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            if int(folder.name) in (os.getpid(), self.process.pid):
                continue
            try:
                told = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
            except OSError:  # ended meanwhile
                continue
            if str(self.folder).encode() in told:
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found

    def has_started(self, pid: int) -> bool:
        """Tell whether the demo itself started a process, rather than one of its processes."""
        parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
        return int(parent) == self.process.pid

    def assert_clean(self) -> None:
        assert self.relatives() == {}
        assert list(self.folder.iterdir()) == []


DemoOf = Callable[..., Demo]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[DemoOf]:
    started: list[Demo] = []

    def start(*options: str, command: Sequence[str] = _WHOSE) -> Demo:
        started.append(Demo(tmp_path, *options, command=command))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.terminate()
            one.process.communicate(timeout=_SECONDS)


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    with listen(0) as taken:
        port = taken.getsockname()[1]
    command = [str(redis_program()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()


def test_every_transaction_is_right_and_nothing_stays_but_the_page(demo: DemoOf) -> None:
    running = demo("--seconds", "2", "--json")
    code, printed = running.ended()
    outcome = json.loads(printed)
    assert outcome["verdict"]["wrong"] == []
    assert outcome["verdict"]["missing"] == []
    assert outcome["verdict"]["right"] == outcome["verdict"]["transactions"] > 100
    assert code == 0, running.said
    assert outcome["seconds"] < 60
    assert len(outcome["owners"]) == 7
    assert "of" in running.page.read_text()
    running.assert_clean()


def test_one_wrong_owner_is_enough_to_fail(demo: DemoOf, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(find_project(), shop)
    rules = (shop / "whose.toml").read_text()
    assert rules.count('"shop.reviews"') == 1
    (shop / "whose.toml").write_text(
        rules.replace(', "shop.reviews"', "").replace('"shop.cart"', '"shop.cart", "shop.reviews"')
    )
    program = (
        "import sys; from pathlib import Path; from whose.demo import shop_files; from whose.cli import main; "
        f"shop_files.find_project.__defaults__ = ((Path({str(shop)!r}),),); sys.exit(main())"
    )
    running = demo("--seconds", "1", "--json", command=[sys.executable, "-c", program, "demo"])
    code, printed = running.ended()
    verdict = json.loads(printed)["verdict"]
    assert code == 1, running.said
    differences = {(one["entry"], one["aspect"], one["expected"], one["got"]) for one in verdict["wrong"]}
    assert ("/reviews/", "owner", "team-care", "team-basket") in differences
    assert ("/recommendations/<slug:sku>/", "at fault", "team-care", "team-basket") in differences
    assert {entry for entry, *_ in differences} == {
        "/reviews/",
        "/reviews/<str:pk>/",
        "/recommendations/<slug:sku>/",
        "shop.reviews.tasks.ScreenReview",
        "shop.reviews.tasks.remind_reviewer",
    }
    assert verdict["right"] < verdict["transactions"]
    running.assert_clean()


def test_a_broker_of_one_s_own_serves_as_well_and_keeps_no_queue(demo: DemoOf, tmp_path: Path) -> None:
    with _redis(tmp_path) as url:
        running = demo("--seconds", "1", "--broker", url)
        code, printed = running.ended()
        cli = redis_program().with_name("redis-cli")
        keys = subprocess.run([str(cli), "-u", url, "--scan"], capture_output=True, text=True, check=True).stdout
    assert code == 0, printed + running.said
    assert "right, by the shop's own list" in printed
    assert "whose-demo-" not in keys
    running.assert_clean()


@pytest.mark.parametrize(
    ("number", "stage"),
    [
        pytest.param(signal.SIGINT, "starting a broker", marks=pytest.mark.slow),
        (signal.SIGTERM, "filling the shop's database"),
        pytest.param(signal.SIGINT, "opening the shop", marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, "sending customers", marks=pytest.mark.slow),
        (signal.SIGINT, "sending customers"),
    ],
)
def test_a_signal_ends_everything_at_every_stage(demo: DemoOf, number: signal.Signals, stage: str) -> None:
    running = demo("--seconds", "60")
    # The name of a step is printed when it is over; the one before it tells that it has begun.
    before = {
        "starting a broker": None,
        "filling the shop's database": "starting a broker",
        "opening the shop": "filling the shop's database",
        "sending customers": "opening the shop",
    }[stage]
    if before is None:
        running.await_relatives()
    else:
        running.await_words(before)
    running.process.send_signal(number)
    code, _ = running.ended()
    assert code == 128 + number
    assert "Traceback" not in running.said
    assert not running.page.exists()
    running.assert_clean()


@pytest.mark.slow
def test_an_impatient_user_gets_an_end_at_once(demo: DemoOf) -> None:
    running = demo("--seconds", "60")
    running.await_words("opening the shop")
    running.process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    running.process.send_signal(signal.SIGINT)
    code, _ = running.ended()
    assert code == 128 + signal.SIGINT
    running.assert_clean()


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("whose.demo.worker_process", "the Celery worker"),
        pytest.param("gunicorn", "the shop's site (gunicorn)", marks=pytest.mark.slow),
    ],
)
def test_a_part_that_dies_is_named(demo: DemoOf, part: str, name: str) -> None:
    running = demo("--seconds", "60")
    running.await_words("opening the shop")
    (started,) = (pid for pid, command in running.relatives().items() if part in command and running.has_started(pid))
    os.kill(started, signal.SIGKILL)
    code, _ = running.ended()
    assert code == 3
    assert f"{name} was ended by signal 9" in running.said
    assert "To mend it:" in running.said
    running.assert_clean()


def test_a_port_in_use_is_named(demo: DemoOf) -> None:
    with listen(0) as taken:
        port = taken.getsockname()[1]
        running = demo("--port", str(port))
        code, _ = running.ended()
    assert code == 3
    assert f"port {port} of 127.0.0.1 cannot be had" in running.said
    running.assert_clean()


def test_a_broker_that_does_not_answer_is_named(demo: DemoOf) -> None:
    with listen(0) as taken:
        port = taken.getsockname()[1]
    running = demo("--broker", f"redis://127.0.0.1:{port}/0")
    code, _ = running.ended()
    assert code == 3
    assert f"no broker answers at redis://127.0.0.1:{port}/0" in running.said
    running.assert_clean()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--seconds", "0"], "--seconds"),
        (["--port", "70000"], "--port"),
        (["--html", "/no/such/folder/page.html"], "there is no folder /no/such/folder"),
    ],
)
def test_a_wrong_command_line_is_refused_before_anything_starts(demo: DemoOf, options: list[str], said: str) -> None:
    running = demo(*options)
    code, _ = running.ended()
    assert code == 2
    assert said in running.said
    running.assert_clean()


@pytest.mark.parametrize("library", ["celery", "django", "gunicorn", "opentelemetry.sdk"])
def test_without_the_extra_it_says_what_to_install(library: str, tmp_path: Path) -> None:
    program = (
        f"import sys; sys.modules[{library!r}] = None; sys.argv = ['whose', 'demo']; "
        "from whose.cli import main; sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert 'pip install "whose[demo]"' in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_an_installed_wheel_has_all_that_the_demo_needs(tmp_path: Path) -> None:
    checkout = Path(__file__).parents[2]
    uv = shutil.which("uv") or str(checkout / ".tools" / "bin" / "uv")
    python = str(tmp_path / "environment" / "bin" / "python")
    for arguments in (
        ["build", "--quiet", "--wheel", "--out-dir", str(tmp_path), str(checkout)],
        ["venv", "--quiet", "--python", sys.executable, str(tmp_path / "environment")],
        ["pip", "sync", "--quiet", "--python", python, str(checkout / "requirements.lock")],
    ):
        subprocess.run([uv, *arguments], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run([uv, "pip", "install", "--quiet", "--python", python, "--no-deps", str(wheel)], check=True)
    done = subprocess.run(
        [str(tmp_path / "environment" / "bin" / "whose"), "demo", "--seconds", "1", "--html", "page.html"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "page.html").is_file()
