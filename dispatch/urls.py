from django.urls import path

from dispatch.forms.steps import ADDRESSES, STEP_FORMS
from dispatch.views import live_map, trips
from dispatch.views import tower as views
from dispatch.views.planning import calendar

urlpatterns = [
    path("bases/<slug:code>/tower/", views.tower, name="tower"),
    path("bases/<slug:code>/map/", live_map.live_map, name="live-map"),
    path("bases/<slug:code>/planning/", calendar.planning, name="planning"),
    path("trips/<str:code>/", trips.trip, name="trip"),
    path("trips/<str:code>/looks/<int:look>/", trips.look, name="trip-look"),
    path("trips/<str:code>/looks/<int:look>/trail.json", trips.trail, name="trip-trail"),
    path("rides/<str:code>/share-for/", views.ride_share_for, name="ride-share-for"),
    path("bases/<slug:code>/rides/new/", views.ride_request_for, name="ride-request-for"),
    *(
        path(f"rides/<str:code>/{address}/", views.step, {"verb": verb}, name=f"ride-{address}")
        for verb, address in ((verb, ADDRESSES.get(verb, verb)) for verb in STEP_FORMS)
    ),
]
