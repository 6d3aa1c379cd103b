"""Reviews for the apps on customers' phones."""

from rest_framework import mixins, viewsets
from rest_framework.serializers import BaseSerializer, ModelSerializer

from shop.reviews.models import Review
from shop.reviews.tasks import remind_reviewer, screen_review


class ReviewSerializer(ModelSerializer):
    """A review as JSON."""

    class Meta:
        model = Review
        fields = ("id", "product", "stars", "text")


class ReviewViewSet(mixins.CreateModelMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Reviews: to read, to list, and to write."""

    queryset = Review.objects.order_by("id")
    serializer_class = ReviewSerializer

    def perform_create(self, serializer: BaseSerializer) -> None:
        """Keep the review, have it screened, and ask again in a second, which is a month in this shop."""
        review = serializer.save()
        screen_review.delay(review.text)
        remind_reviewer.apply_async((review.pk,), countdown=1)
