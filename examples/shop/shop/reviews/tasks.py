"""Looks after reviews."""

from celery import shared_task

from shop.celery import app
from shop.payments.screening import FraudScreening


class ScreenReview(FraudScreening):
    """Screens a review as the payments team screens payments: what runs is their code, the task is ours."""

    suspicious = ("best tea ever", "my own shop")


screen_review = app.register_task(ScreenReview())


@shared_task
def remind_reviewer(review: int) -> int:
    """Ask a customer whether the review still holds."""
    return review
