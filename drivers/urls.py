from django.urls import path

from drivers.views import crew, day, readings

urlpatterns = [
    path("drive/", day.my_day, name="my-day"),
    path("drive/missions/<str:code>/acknowledge/", day.acknowledge, name="mission-acknowledge"),
    path("drive/missions/<str:code>/decline/", day.decline, name="mission-decline"),
    path("drive/rides/<str:code>/depart/", day.ride_step, {"verb": "depart"}, name="ride-depart"),
    path("drive/rides/<str:code>/arrive/", day.ride_step, {"verb": "arrive"}, name="ride-arrive"),
    path("drive/rides/<str:code>/board/", day.ride_step, {"verb": "board"}, name="ride-board"),
    path("drive/rides/<str:code>/complete/", day.ride_step, {"verb": "complete"}, name="ride-complete"),
    path("drive/rides/<str:code>/no-show/", day.ride_step, {"verb": "no_show"}, name="ride-no-show"),
    path("drive/position/", day.position, name="position"),
    path("drive/readings/start/", readings.read, {"kind": "start"}, name="reading-start"),
    path("drive/readings/end/", readings.read, {"kind": "end"}, name="reading-end"),
    path("bases/<slug:code>/drivers/", crew.drivers, name="base-drivers"),
    path("bases/<slug:code>/drivers/new/", crew.driver_add, name="base-driver-add"),
    path("bases/<slug:code>/drivers/<int:pk>/", crew.driver, name="base-driver"),
    path("bases/<slug:code>/drivers/<int:pk>/remove/", crew.driver_remove, name="base-driver-remove"),
    path("drive/sharing/", day.share_position, name="share-position"),
]
