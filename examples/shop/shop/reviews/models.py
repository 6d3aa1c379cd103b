"""The reviews."""

from django.db import models

from shop.catalogue.models import Product


class Review(models.Model):
    """A customer's word on a product."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE)
    stars = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.stars} stars for {self.product_id}"
