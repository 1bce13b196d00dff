"""The map of a base, drawn by our own pages: no tile server is ever asked."""

import orjson
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from bookings.consumers import FOLLOWED_LINK
from tracking.access import base_to_map
from tracking.queries import map_of, stamp_of


@login_not_required
@require_safe
@gzip_page
def base_map(request: HttpRequest, code: str) -> HttpResponseBase:
    """Answer the base's map as GeoJSON; a page that has the current one already gets 304."""
    base = base_to_map(request.user, code, followed_link=request.session.get(FOLLOWED_LINK, 0))
    etag = f'"{stamp_of(base)}"'
    known = get_conditional_response(request, etag)
    response = known or HttpResponse(orjson.dumps(map_of(base)), content_type="application/geo+json")
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = etag
    return response
