"""The first table of warehouse: Shelf."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalogue", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Shelf",
            fields=[
                ("label", models.SlugField(primary_key=True, serialize=False)),
                ("quantity", models.PositiveIntegerField()),
                ("product", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="catalogue.product")),
            ],
            options={
                "verbose_name_plural": "shelves",
            },
        ),
    ]
