"""The orders."""

from django.db import models


class Order(models.Model):
    """What a customer bought."""

    customer = models.SlugField()
    total = models.PositiveIntegerField(help_text="pence")

    def __str__(self) -> str:
        return f"order {self.pk}"
