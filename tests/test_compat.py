"""The compat module beside the real edx-django-utils 8.1: the same answers, the same attributes."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import whose
from tests.hosts.django_site.settings import set_up
from whose.testing import RecordingSink, installed

set_up()

from django.http import HttpResponse  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.urls import path  # noqa: E402
from edx_django_utils.monitoring.internal.code_owner import middleware as edx_middleware  # noqa: E402
from edx_django_utils.monitoring.internal.code_owner import utils as edx  # noqa: E402

from whose.compat import edx_django_utils as compat  # noqa: E402

EDX = "edx_django_utils.monitoring.CodeOwnerMonitoringMiddleware"
OURS = "whose.compat.edx_django_utils.CodeOwnerMonitoringMiddleware"
#: What edx sets of owners; we tell how the owner was found besides.
KEYS = ("code_owner", "code_owner_module", "code_owner_theme", "code_owner_squad")

_names = st.sampled_from(["lms", "common", "openedx", "core", "djangoapps", "badges", "cart", "cart_views"])
_modules = st.lists(_names, min_size=1, max_size=6).map(".".join)
_prefixes = st.one_of(
    _modules,
    st.builds(
        "{}.djangoapps.{}".format, st.sampled_from(["lms", "common", "openedx.core", "openedx", "xlms"]), _modules
    ),
)
_teams = st.sampled_from(["hot-red", "hot-dark-red", "cold-blue", "team-grey", "lone"])
_themes = {"hot": ["hot-red", "hot-dark-red"], "cold": ["cold-blue"]}


@st.composite
def _mappings(draw: st.DrawFn) -> dict[str, list[str]]:
    """Return a mapping in which no prefix occurs twice: that is a mistake here, and edx takes the last."""
    prefixes = draw(st.lists(_prefixes, unique=True, max_size=12))
    mapping: dict[str, list[str]] = {}
    for prefix in prefixes:
        mapping.setdefault(draw(_teams), []).append(prefix)
    if draw(st.booleans()):
        mapping.setdefault(draw(_teams), []).append("*")
    return mapping


class EdxAttributes(dict[str, str]):
    """A fake backend for edx: keeps what would be set on the transaction."""

    def set(self, key: str, value: str) -> None:
        self[key] = value

    @property
    def owner(self) -> dict[str, str]:
        return {key: self[key] for key in KEYS if key in self}


@contextmanager
def both(
    mapping: Mapping[str, object], themes: Mapping[str, object] = _themes
) -> Iterator[tuple[EdxAttributes, RecordingSink]]:
    """Configure edx and whose by the same Django settings, each with a fake backend."""
    attributes, sink = EdxAttributes(), RecordingSink()
    with (
        override_settings(CODE_OWNER_MAPPINGS=mapping, CODE_OWNER_THEMES=themes, WHOSE={"sinks": [sink]}),
        mock.patch.object(edx, "set_custom_attribute", attributes.set),
        mock.patch.object(edx_middleware, "set_custom_attribute", attributes.set),
    ):
        edx.clear_cached_mappings()
        whose.uninstall()
        try:
            yield attributes, sink
        finally:
            whose.uninstall()
            edx.clear_cached_mappings()


def _ours(sink: RecordingSink) -> dict[str, str]:
    merged: dict[str, str] = {}
    for attribution in sink.attributions:
        merged |= {key: value for key, value in attribution.attributes.items() if key in KEYS}
    return merged


@given(_mappings(), st.lists(_modules, min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
def test_the_owner_of_a_module_is_edxs(mapping: dict[str, list[str]], modules: list[str]) -> None:
    with both(mapping):
        for module in [*modules, "*", ""]:
            assert compat.get_code_owner_from_module(module) == edx.get_code_owner_from_module(module), module


@given(_mappings(), _modules)
@settings(max_examples=40, deadline=None)
def test_a_decorated_function_sets_what_edx_sets(mapping: dict[str, list[str]], module: str) -> None:
    def function(value: int) -> int:
        return value + 1

    function.__module__ = module
    with both(mapping) as (attributes, sink):
        assert edx.set_code_owner_attribute(function)(1) == compat.set_code_owner_attribute(function)(1) == 2
        assert _ours(sink) == attributes.owner


@given(_mappings(), _modules)
@settings(max_examples=40, deadline=None)
def test_setting_the_owner_by_module_sets_what_edx_sets(mapping: dict[str, list[str]], module: str) -> None:
    with both(mapping) as (attributes, sink):
        edx.set_code_owner_attribute_from_module(module)
        compat.set_code_owner_attribute_from_module(module)
        assert _ours(sink) == attributes.owner


@given(_mappings(), _modules)
@settings(max_examples=40, deadline=None)
def test_a_request_sets_what_edx_sets(mapping: dict[str, list[str]], module: str) -> None:
    def view(request: Any) -> HttpResponse:
        return HttpResponse("served")

    view.__module__ = module
    with both(mapping) as (attributes, sink), override_settings(ROOT_URLCONF=(path("page/", view),)):
        with override_settings(MIDDLEWARE=[EDX]):
            Client().get("/page/")
        with override_settings(MIDDLEWARE=[OURS]):
            Client().get("/page/")
        assert _ours(sink) == attributes.owner


@given(_mappings())
@settings(max_examples=20, deadline=None)
def test_a_request_that_no_view_serves_has_edxs_owner_and_not_its_path(mapping: dict[str, list[str]]) -> None:
    with both(mapping) as (attributes, sink), override_settings(ROOT_URLCONF=()):
        for middleware in (EDX, OURS):
            with override_settings(MIDDLEWARE=[middleware]):
                Client().get("/alice@example.com/")
        assert _ours(sink) == attributes.owner
        assert "alice" in attributes.get("code_owner_path_error", "alice")
        assert "alice" not in str(sink.attributions[0].attributes)


def test_the_middleware_installs_when_it_is_loaded() -> None:
    with both({"lone": ["cart"]}) as (_, sink), override_settings(MIDDLEWARE=[OURS]):
        assert not whose.stats()["installed"]
        Client().get("/nowhere/")
        assert whose.stats()["installed"]
        assert len(sink.attributions) == 1


def test_the_middleware_fails_loudly_with_a_bad_configuration() -> None:
    with (
        both({"lone": "cart"}),
        override_settings(MIDDLEWARE=[OURS]),
        pytest.raises(whose.ConfigurationError, match="CODE_OWNER_MAPPINGS"),
    ):
        Client().get("/nowhere/")


def test_a_decorated_function_runs_with_a_bad_configuration() -> None:
    with both({"lone": "cart"}):
        assert compat.set_code_owner_attribute(lambda: 3)() == 3
        assert compat.get_code_owner_from_module("cart") is None


def test_the_optional_prefixes_are_off_but_for_the_compat_module() -> None:
    with installed({"mappings": {"lone": ["lms.djangoapps.badges"]}, "optional_module_prefixes": []}):
        assert whose.get_code_owner_from_module("badges.api") is None
        assert compat.get_code_owner_from_module("badges.api") == "lone"


def test_a_decorated_function_keeps_name_signature_and_kind() -> None:
    def plain(a: int, b: int = 2) -> int:
        """Add."""
        return a + b

    async def coroutine() -> int:
        return 5

    decorated = compat.set_code_owner_attribute(plain)
    assert (decorated.__name__, decorated.__doc__, decorated.__module__) == ("plain", "Add.", __name__)
    assert inspect.signature(decorated) == inspect.signature(plain)
    with both({"lone": ["tests"]}) as (_, sink):
        later = compat.set_code_owner_attribute(coroutine)
        assert inspect.iscoroutinefunction(later)
        assert asyncio.run(later()) == 5
        assert sink.owners == ["lone"]


def test_an_exception_leaves_a_decorated_function_without_a_frame_of_ours() -> None:
    def fails() -> None:
        raise ValueError("as expected")

    with both({"lone": ["tests"]}), pytest.raises(ValueError, match="as expected") as raised:
        compat.set_code_owner_attribute(fails)()
    assert [entry.name for entry in raised.traceback if "whose" in str(entry.path) and "/src/" in str(entry.path)] == []


@pytest.mark.parametrize(
    "order",
    ["import whose.compat.edx_django_utils; django.setup()", "django.setup(); import whose.compat.edx_django_utils"],
)
def test_the_optional_prefixes_are_on_whenever_the_compat_module_is_imported(order: str) -> None:
    script = (
        "import django\n"
        "from django.conf import settings\n"
        "settings.configure(INSTALLED_APPS=['whose.hosts.django'], WHOSE={'sinks': []},\n"
        "    CODE_OWNER_MAPPINGS={'lone': ['lms.djangoapps.badges']})\n"
        f"{order}\n"
        "import whose\n"
        "from whose.compat.edx_django_utils import set_code_owner_attribute\n"
        "def function():\n"
        "    return whose.current().attributes.get('code_owner')\n"
        "function.__module__ = 'badges.tasks'\n"
        "print(set_code_owner_attribute(function)())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout == "lone\n", done.stderr


def test_the_names_are_those_of_edx() -> None:
    import edx_django_utils.monitoring

    exported: Callable[[str], bool] = lambda name: hasattr(edx_django_utils.monitoring, name)  # noqa: E731
    assert all(map(exported, compat.__all__))
    assert len(compat.__all__) == 4
