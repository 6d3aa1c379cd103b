"""The products."""

from django.db import models


class Product(models.Model):
    """Something on sale."""

    sku = models.SlugField(primary_key=True)
    name = models.CharField(max_length=80)
    section = models.SlugField()
    price = models.PositiveIntegerField(help_text="pence")

    def __str__(self) -> str:
        return self.name
