"""What search does when nobody waits."""

from celery import shared_task

from shop.catalogue.models import Product


@shared_task(ignore_result=True)
def remember_query(words: str) -> None:
    """Keep the words for the statistics."""


@shared_task
def warm_suggestion(beginning: str) -> int:
    """Prepare the suggestions for a beginning; return how many there are."""
    return Product.objects.filter(name__istartswith=beginning).count()
