"""Threads, executors, processes and greenlets: what is started from a work still belongs to it."""

from whose.hosts.threads.host import ThreadsHost

__all__ = ["ThreadsHost"]
