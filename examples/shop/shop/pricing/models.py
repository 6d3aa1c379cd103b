"""The vouchers."""

from django.db import models


class Voucher(models.Model):
    """A code that makes an order cheaper."""

    code = models.SlugField(primary_key=True)
    percent = models.PositiveSmallIntegerField()
    has_expired = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.code
