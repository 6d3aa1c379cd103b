"""What is in the shop when it opens."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

PRODUCTS = (
    ("assam", "Tea from Assam", "tea", 899),
    ("sencha", "Tea from Uji", "tea", 1450),
    ("oolong", "Tea from Anxi", "tea", 1290),
    ("teapot", "Teapot, blue", "ware", 3400),
    ("kettle", "Kettle of steel", "ware", 4900),
    ("gift-card", "Gift card", "cards", 2500),
)


def open_shop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Fill the shelves."""
    product, shelf = apps.get_model("catalogue", "Product"), apps.get_model("warehouse", "Shelf")
    for sku, name, section, price in PRODUCTS:
        product.objects.create(sku=sku, name=name, section=section, price=price)
        shelf.objects.create(label=f"shelf-{sku}", product_id=sku, quantity=40)

    voucher = apps.get_model("pricing", "Voucher")
    voucher.objects.create(code="welcome", percent=10)
    voucher.objects.create(code="spring", percent=20, has_expired=True)

    # The kettle has no review, and that will show.
    review = apps.get_model("reviews", "Review")
    for sku in ("assam", "sencha", "oolong", "teapot"):
        review.objects.create(product_id=sku, stars=4, text="Good.")


def close_shop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the products away, and with them all that belongs to one."""
    apps.get_model("catalogue", "Product").objects.all().delete()
    apps.get_model("pricing", "Voucher").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0001_initial"),
        ("pricing", "0001_initial"),
        ("reviews", "0001_initial"),
        ("warehouse", "0001_initial"),
    ]

    operations = [migrations.RunPython(open_shop, close_shop)]
