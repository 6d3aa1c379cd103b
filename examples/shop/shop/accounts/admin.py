"""Orders in the back office, for those who answer customers' calls: the admin is theirs, the model is not."""

from django.contrib import admin

from shop.checkout.models import Order


@admin.register(Order)
class CustomersOrderAdmin(admin.ModelAdmin):
    """Lists orders by customer."""

    list_display = ("customer", "total")
