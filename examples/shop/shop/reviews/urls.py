"""URLs of reviews."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from shop.reviews.views import ReviewViewSet

router = SimpleRouter(use_regex_path=False)
router.register("", ReviewViewSet, basename="review")

urlpatterns = [path("", include(router.urls))]
