"""Celery: every task run is work of the team that owns the task's code, inside the agent's transaction."""

from whose.hosts.celery.host import CeleryHost

__all__ = ["CeleryHost"]
