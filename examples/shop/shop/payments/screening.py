"""Screening for fraud, which other teams subclass for what they screen."""

from celery import Task


class FraudScreening(Task):
    """A task that tells whether a text looks honest."""

    abstract = True
    suspicious: tuple[str, ...] = ("wire me", "lottery")

    def run(self, text: str) -> bool:
        return not any(phrase in text.lower() for phrase in self.suspicious)
