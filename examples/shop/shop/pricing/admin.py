"""Vouchers in the back office, with Django's own admin class."""

from django.contrib import admin

from shop.pricing.models import Voucher

admin.site.register(Voucher)
