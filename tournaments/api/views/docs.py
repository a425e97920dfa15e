"""The schema as a page to read and try, and the list of error codes; all from our own origin."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.views import SpectacularSwaggerSplitView

from tournaments.api.codes import CODES


class Docs(SpectacularSwaggerSplitView):
    """Swagger's page, without the inline style of its own template, which our policy would not run."""

    url_name = "api:schema"
    template_name = "api/docs.html"
    title = "Crowdblend API"


def errors(request: HttpRequest) -> HttpResponse:
    """Every error code: where a problem's `type` leads."""
    return render(request, "api/errors.html", {"codes": sorted(CODES.items())})
