"""``whose of`` and ``whose explain``: who owns paths, names, URLs and tasks, and why."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import SHOP, MakeRepository, Whose
from whose.cli import FAILED, FOUND, USAGE

EXAMPLE = Path(__file__).parents[2] / "examples" / "shop"


def test_paths_names_and_tasks_are_told_apart_and_answered_in_order(whose: Whose, shop: Path) -> None:
    asked = ["src/shop/cart/views.py", "shop.legacy.old", "expire", "reports.nightly", "src/shop/", "README.md"]
    answers = whose("of", *asked, "--json").json["answers"]
    assert [(answer["asked"], answer["is"], answer["team"]) for answer in answers] == [
        ("src/shop/cart/views.py", "path", "team-red"),
        ("shop.legacy.old", "name", "team-green"),
        ("expire", "task", "team-red"),
        ("reports.nightly", "task", "team-red"),
        ("src/shop/", "path", "team-blue"),
        ("README.md", "path", None),
    ]


def test_every_answer_says_which_rule_gave_it_and_where_that_stands(whose: Whose, shop: Path) -> None:
    (answer,) = whose("of", "src/shop/urls.py", "--json").json["answers"]
    rule = {
        "source": "codeowners",
        "pattern": "/src/shop/",
        "team": "team-blue",
        "file": ".github/CODEOWNERS",
        "line": 1,
    }
    assert answer["rule"] == {**rule, "setting": None}
    shown = whose("of", "src/shop/urls.py").out
    assert "team-blue" in shown
    assert ".github/CODEOWNERS:1" in shown


def test_unowned_on_purpose_is_told_apart_from_missing(whose: Whose, shop: Path) -> None:
    done = whose("of", "docs/index.md", "src/shop/cart/migrations/0001_initial.py", "README.md", "--json")
    states = [answer["state"] for answer in done.json["answers"]]
    assert states == ["unowned_on_purpose", "unowned_on_purpose", "missing"]
    assert "unowned on purpose" in whose("of", "docs/index.md").out
    assert "no owner" in whose("of", "README.md").out


def test_a_file_that_is_not_there_has_an_owner_all_the_same_and_the_answer_says_so(whose: Whose, shop: Path) -> None:
    (answer,) = whose("of", "src/shop/new.py", "--json").json["answers"]
    assert (answer["team"], answer["exists"], answer["note"]) == ("team-blue", False, "no such file")


def test_a_missing_owner_fails_only_where_that_is_asked_for(whose: Whose, shop: Path) -> None:
    assert whose("of", "README.md").code == 0
    assert whose("of", "README.md", "--fail-unowned").code == FOUND
    assert whose("of", "docs/index.md", "--fail-unowned").code == 0


def test_many_things_come_from_standard_input(whose: Whose, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"README.md\n\nsrc/shop/urls.py\r\n")))
    answers = whose("of", "--stdin", "--json").json["answers"]
    assert [(answer["asked"], answer["team"]) for answer in answers] == [
        ("README.md", None),
        ("src/shop/urls.py", "team-blue"),
    ]


def test_asked_nothing_it_says_what_it_takes(whose: Whose, shop: Path) -> None:
    done = whose("of")
    assert done.code == USAGE
    assert "a path, a dotted name, a URL or a task" in done.err


def test_the_kind_can_be_told(whose: Whose, shop: Path) -> None:
    (answer,) = whose("of", "README.md", "--as", "name", "--json").json["answers"]
    assert answer["is"] == "name"


def test_it_works_from_a_folder_inside_and_from_outside(
    whose: Whose, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop / "src" / "shop" / "cart")
    (answer,) = whose("of", "views.py", "--json").json["answers"]
    assert (answer["path"], answer["team"]) == ("src/shop/cart/views.py", "team-red")
    monkeypatch.chdir(shop.parent)
    (answer,) = whose("of", "-C", str(shop), "src/shop/urls.py", "--json").json["answers"]
    assert answer["team"] == "team-blue"
    assert Path.cwd() == shop.parent


def test_a_path_outside_the_repository_is_an_error_that_names_it(whose: Whose, shop: Path) -> None:
    done = whose("of", "../elsewhere.py", "--as", "path")
    assert done.code == FAILED
    assert "../elsewhere.py: it lies outside the repository" in done.err


def test_a_folder_that_is_not_there_is_a_usage_error(whose: Whose, shop: Path) -> None:
    done = whose("of", "-C", "nowhere", "README.md")
    assert done.code == USAGE
    assert "nowhere" in done.err


def test_a_wrong_configuration_is_told_with_its_place(whose: Whose, make_repository: MakeRepository) -> None:
    make_repository({"whose.toml": 'mapings = { a = ["b"] }\n'})
    done = whose("of", "README.md")
    assert done.code == USAGE
    assert "whose.toml:1: unknown key 'mapings'; did you mean 'mappings'?" in done.err


def test_a_url_needs_the_project_and_says_how_to_name_it(whose: Whose, shop: Path) -> None:
    done = whose("of", "/cart/add/")
    assert done.code == FAILED
    assert "--settings" in done.err
    assert "--app" in done.err


def test_a_word_that_names_nothing_is_answered_with_the_nearest_task(whose: Whose, shop: Path) -> None:
    done = whose("of", "expires")
    assert done.code == FAILED
    assert "did you mean shop.cart.tasks.expire?" in done.err


def test_a_name_that_is_not_utf_8_can_be_asked_about_and_shown(whose: Whose, shop: Path) -> None:
    name = os.fsdecode(b"src/shop/caf\xe9.py")
    (shop / name).write_text("x = 1\n")
    assert "team-blue" in whose("of", name).out
    (answer,) = whose("of", name, "--json").json["answers"]
    assert answer["asked"] == name


def test_explain_lists_every_source_that_spoke_in_order_and_who_won(
    whose: Whose, make_repository: MakeRepository
) -> None:
    make_repository({**SHOP, "src/shop/cart/.codeowner": "team-green\n"})
    (answer,) = whose("explain", "src/shop/cart/views.py", "--json").json["answers"]
    spoken = [(source["source"], source["team"], source["decides"]) for source in answer["sources"]]
    assert spoken == [
        ("nearby", "team-green", True),
        ("mapping", "team-red", False),
        ("codeowners", "team-blue", False),
    ]
    shown = whose("explain", "src/shop/cart/views.py").out
    rows = [line.split() for line in shown.splitlines() if "team-" in line][1:]
    assert [row[-1] for row in rows] == ["src/shop/cart/.codeowner:1", "pyproject.toml:8", ".github/CODEOWNERS:1"]
    assert [row[0] for row in rows] == ["▶", "mapping", "codeowners"]


def test_explain_shows_how_to_reach_the_team(whose: Whose, shop: Path) -> None:
    shown = whose("explain", "src/shop/cart/views.py").out
    assert "theme commerce, squad red, chat #team-red" in shown


def test_lines_are_not_cut_for_a_pipe_and_fit_the_width_that_is_asked_for(
    whose: Whose, make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = "src/shop/" + "a_rather_long_folder/" * 8 + "file.py"
    make_repository({**SHOP, deep: ""})
    assert deep in whose("of", deep).out
    monkeypatch.setenv("COLUMNS", "60")
    shown = whose("of", deep).out
    assert max(map(len, shown.splitlines())) <= 60
    assert "a_rather_long_folder" in shown.replace("\n", "")


def test_colour_is_only_where_somebody_sees_it(whose: Whose, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" not in whose("of", "README.md").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in whose("of", "README.md").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in whose("of", "README.md").out


def ask_example(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Ask about the example shop, in a process of its own, since its project is started there."""
    program = "import sys; from whose.cli import main; sys.exit(main())"
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=EXAMPLE,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_urls_and_tasks_are_looked_up_in_the_project_that_manage_py_names() -> None:
    done = ask_example("of", "/cart/add/", "send_receipt", "reports.nightly_takings", "--json")
    answers = json.loads(done.stdout)["answers"]
    assert [(answer["is"], answer["name"], answer["team"]) for answer in answers] == [
        ("url", "shop.cart.views.add", "team-basket"),
        ("task", "shop.notifications.tasks.send_receipt", "team-care"),
        ("task", "reports.nightly_takings", "team-money"),
    ]
    assert all(answer["note"] is None for answer in answers)


def test_a_celery_app_is_enough_for_tasks() -> None:
    done = ask_example("of", "send_receipt", "--app", "shop.celery:app", "--settings", "shop.settings", "--json")
    assert json.loads(done.stdout)["answers"][0]["team"] == "team-care"


def test_a_url_that_no_view_serves_is_not_found() -> None:
    done = ask_example("of", "/nowhere/", "--json")
    assert done.returncode == FOUND
    (answer,) = json.loads(done.stdout)["answers"]
    assert (answer["exists"], answer["note"]) == (False, "no view serves it")


def test_settings_that_cannot_be_imported_are_an_error_that_names_them() -> None:
    done = ask_example("of", "/cart/add/", "--settings", "shop.sttings")
    assert done.returncode == FAILED
    assert "starting Django with the settings 'shop.sttings' failed: No module named 'shop.sttings'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_project_can_send_nothing_while_it_starts(shop: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        port = server.getsockname()[1]
        (shop / "talking.py").write_text(
            "import os, socket, threading\n"
            "def send():\n"
            "    try:\n"
            f"        socket.create_connection(('127.0.0.1', {port})).sendall(b'from a thread')\n"
            "    except OSError:\n"
            "        pass\n"
            "thread = threading.Thread(target=send)\n"
            "thread.start()\n"
            "thread.join()\n"
            "assert os.environ['NEW_RELIC_MONITOR_MODE'] == 'false'\n"
            f"socket.create_connection(('127.0.0.1', {port})).sendall(b'hello')\n"
            "SECRET_KEY = 'x'\n"
            "ROOT_URLCONF = 'talking'\n"
            "urlpatterns = []\n"
        )
        program = "import sys; from whose.cli import main; sys.exit(main())"
        command = [sys.executable, "-c", program, "of", "/x/", "--settings", "talking"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == FAILED
        assert "starting Django with the settings 'talking' failed: whose lets a project" in done.stderr
        assert "Traceback" not in done.stderr
        done = subprocess.run([*command, "--online"], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (FOUND, "")
        heard = []
        for _ in range(2):
            connection, _address = server.accept()
            with connection:
                heard.append(connection.recv(100))
        assert heard == [b"from a thread", b"hello"]


def test_a_project_that_ends_the_process_or_prints_does_not_disturb_us(shop: Path) -> None:
    (shop / "loud.py").write_text('print("hello")\nraise SystemExit(7)\n')
    program = "import sys; from whose.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, "of", "/x/", "--settings", "loud"], capture_output=True, text=True, check=False
    )
    assert done.returncode == FAILED
    assert done.stdout == ""
    assert "SystemExit: 7" in done.stderr
