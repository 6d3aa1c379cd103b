"""What the catalog sells."""

from __future__ import annotations

from django.db import models


class Product(models.Model):
    """A thing with a name."""

    name = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.name
