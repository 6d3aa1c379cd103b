"""What billing keeps."""

from __future__ import annotations

from django.db import models


class Invoice(models.Model):
    """A thing with a number."""

    number = models.IntegerField()

    def __str__(self) -> str:
        return str(self.number)
