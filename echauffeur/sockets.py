"""Every socket of the site."""

from django.urls import path

from bookings.consumers import GuestConsumer, RideConsumer, RidesConsumer
from dispatch.consumers import TowerConsumer
from drivers.consumers import DriverConsumer

sockets = [
    path("live/base/<slug:code>/", TowerConsumer.as_asgi()),
    path("live/rides/", RidesConsumer.as_asgi()),
    path("live/ride/<str:code>/", RideConsumer.as_asgi()),
    path("live/driver/", DriverConsumer.as_asgi()),
    path("live/track/", GuestConsumer.as_asgi()),
]
