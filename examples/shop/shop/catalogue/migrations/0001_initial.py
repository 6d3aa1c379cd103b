"""The first table of catalogue: Product."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Product",
            fields=[
                ("sku", models.SlugField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80)),
                ("section", models.SlugField()),
                ("price", models.PositiveIntegerField(help_text="pence")),
            ],
        ),
    ]
