"""Views on Django REST framework."""

from __future__ import annotations

from rest_framework import serializers, viewsets
from rest_framework.decorators import action, api_view
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from site_config import trail


@api_view(["GET"])
def function(request: Request) -> Response:
    trail.served(request.path)
    return Response({"ok": True})


class ApiView(APIView):
    """Serves GET."""

    def get(self, request: Request) -> Response:
        trail.served(request.path)
        return Response({"ok": True})


class Generic(GenericAPIView):
    """Serves GET."""

    serializer_class = serializers.Serializer

    def get(self, request: Request) -> Response:
        trail.served(request.path)
        return Response({"ok": True})


class Invoices(viewsets.ViewSet):
    """Serves a list, an item and an action of its own."""

    def list(self, request: Request) -> Response:
        trail.served(request.path)
        return Response([])

    def retrieve(self, request: Request, pk: str) -> Response:
        trail.served(request.path)
        return Response({"pk": pk})

    @action(detail=True)
    def lines(self, request: Request, pk: str) -> Response:
        trail.served(request.path)
        return Response([])


class Invalid(APIView):
    """Raises what REST framework answers with 400."""

    def get(self, request: Request) -> Response:
        trail.served(request.path)
        raise ValidationError("as expected")


class Broken(APIView):
    """Raises what REST framework does not handle."""

    def get(self, request: Request) -> Response:
        trail.served(request.path)
        raise ValueError("as expected")
