"""The first table of pricing: Voucher."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Voucher",
            fields=[
                ("code", models.SlugField(primary_key=True, serialize=False)),
                ("percent", models.PositiveSmallIntegerField()),
                ("has_expired", models.BooleanField(default=False)),
            ],
        ),
    ]
