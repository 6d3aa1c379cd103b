"""The shelves."""

from django.db import models

from shop.catalogue.models import Product


class Shelf(models.Model):
    """A place with products of one kind."""

    label = models.SlugField(primary_key=True)
    product = models.ForeignKey(Product, on_delete=models.CASCADE)
    quantity = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "shelves"

    def __str__(self) -> str:
        return self.label
