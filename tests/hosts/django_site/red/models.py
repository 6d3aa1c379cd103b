"""What team-red keeps."""

from __future__ import annotations

from django.db import models


class Apple(models.Model):
    """A fruit."""

    name = models.CharField(max_length=20)


class Cherry(models.Model):
    """Another fruit."""

    name = models.CharField(max_length=20)
