"""Log records that reach OpenTelemetry's log handler, and spans of old SDKs: fields without a value do no harm."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from whose.testing import installed

ROOT = Path(__file__).parents[2]
OLD_WARNING = ("Invalid type %s for attribute '%s' value. Expected one of %s", "NoneType")


def test_warnings_that_our_fields_have_no_value_are_kept_back_and_others_pass(caplog: pytest.LogCaptureFixture) -> None:
    warn = logging.getLogger("opentelemetry.attributes").warning
    with installed({"sinks": ["logging"], "keys": {"code_owner": "owner"}}):
        warn(*OLD_WARNING, "owner", ["str"])
        warn(*OLD_WARNING, "code_owner_module", ["str"])
        warn(*OLD_WARNING, "theirs", ["str"])
        warn("another warning")
    assert [record.args[1] if record.args else record.msg for record in caplog.records] == ["theirs", "another warning"]  # type: ignore[index]


def test_uninstalling_lets_them_pass_again(caplog: pytest.LogCaptureFixture) -> None:
    with installed({"sinks": ["logging"]}):
        pass
    logging.getLogger("opentelemetry.attributes").warning(*OLD_WARNING, "code_owner", ["str"])
    assert len(caplog.records) == 1


PROGRAM = """
import json, logging
import whose
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import InMemoryLogExporter, SimpleLogRecordProcessor

provider, exporter = LoggerProvider(), InMemoryLogExporter()
provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
logging.basicConfig(level=logging.INFO, handlers=[LoggingHandler(logger_provider=provider)])
whose.install({"mappings": {"team-red": ["red"]}})
logging.getLogger("app").info("outside")
with whose.attributing("red"):
    logging.getLogger("app").info("inside")
    span = TracerProvider().get_tracer("app").start_span("SELECT")
logs = [log.log_record.attributes.get("code_owner") for log in exporter.get_finished_logs()]
print(json.dumps({"logs": logs, "span": dict(span.attributes)["code_owner"]}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("version", ["1.20.*", "1.32.*"])
def test_records_leave_an_old_sdk_once_each_and_its_spans_carry_their_owner(version: str, tmp_path: Path) -> None:
    folder = tmp_path / "venv"
    python = str(folder / "bin" / "python")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    wanted = (f"opentelemetry-sdk=={version}", "setuptools<80", str(ROOT))
    subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True, cwd=folder)
    done = subprocess.run([python, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"logs": [None, "team-red"], "span": "team-red"}
