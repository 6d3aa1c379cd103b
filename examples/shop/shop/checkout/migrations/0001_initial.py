"""The first table of checkout: Order."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer", models.SlugField()),
                ("total", models.PositiveIntegerField(help_text="pence")),
            ],
        ),
    ]
