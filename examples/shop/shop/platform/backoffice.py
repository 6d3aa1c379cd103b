"""The shop's own admin site."""

from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.sites import AdminSite


class BackOffice(AdminSite):
    """Django's admin under the shop's name."""

    site_header = "Tea shop, back office"
    site_title = "Back office"


class BackOfficeConfig(AdminConfig):
    """Makes BackOffice what `django.contrib.admin.site` is."""

    default_site = "shop.platform.backoffice.BackOffice"
