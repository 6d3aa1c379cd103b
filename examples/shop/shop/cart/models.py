"""The lines of all carts."""

from django.db import models

from shop.catalogue.models import Product


class CartLine(models.Model):
    """A product in a customer's cart."""

    customer = models.SlugField()
    product = models.ForeignKey(Product, on_delete=models.CASCADE)
    quantity = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_id} for {self.customer}"
