from django.urls import path

from bookings.views import booking, calendar, following, guests

urlpatterns = [
    path("rides/", following.rides, name="rides"),
    path("rides/new/", booking.ride_request, name="ride-request"),
    path("rides/new/<uuid:key>/", booking.ride_check, name="ride-check"),
    path("rides/<str:code>/", following.ride, name="ride"),
    path("rides/<str:code>/cancel/", following.ride_cancel, name="ride-cancel"),
    path("rides/<str:code>/rate/", following.ride_rate, name="ride-rate"),
    path("rides/<str:code>/share/", following.ride_share, name="ride-share"),
    path("rides/<str:code>/ride.ics", calendar.ride_file, name="ride-file"),
    path("rides/<str:code>/unshare/", following.ride_unshare, name="ride-unshare"),
    path("t/<str:token>/", guests.track_open, name="track-open"),
    path("track/", guests.track, name="track"),
]
