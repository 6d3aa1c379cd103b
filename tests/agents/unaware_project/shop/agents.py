"""The agents that are started in code, as their documentation shows; ``SHOP_AGENT`` says which, by whom and when."""

from __future__ import annotations

import os

AGENT, FRAMEWORK, MOMENT = os.environ.get("SHOP_AGENT", "none of none").split()


def start(moment: str, *, framework: str) -> None:
    """Start the agent if this is its moment: before or after the framework was imported or set up."""
    if (moment, framework) != (MOMENT, FRAMEWORK):
        return
    if AGENT == "sentry":
        import sentry_sdk

        sentry_sdk.init(traces_sample_rate=1.0)
    if AGENT == "elastic" and framework == "celery":
        import elasticapm
        from elasticapm.contrib.celery import register_exception_tracking, register_instrumentation

        client = elasticapm.Client()
        register_exception_tracking(client)
        register_instrumentation(client)
