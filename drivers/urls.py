from django.urls import path

from drivers import views

urlpatterns = [
    path("drive/", views.my_day, name="my-day"),
    path("drive/missions/<str:code>/acknowledge/", views.acknowledge, name="mission-acknowledge"),
    path("drive/missions/<str:code>/decline/", views.decline, name="mission-decline"),
    path("drive/rides/<str:code>/depart/", views.ride_step, {"verb": "depart"}, name="ride-depart"),
    path("drive/rides/<str:code>/arrive/", views.ride_step, {"verb": "arrive"}, name="ride-arrive"),
    path("drive/rides/<str:code>/board/", views.ride_step, {"verb": "board"}, name="ride-board"),
    path("drive/rides/<str:code>/complete/", views.ride_step, {"verb": "complete"}, name="ride-complete"),
    path("drive/rides/<str:code>/no-show/", views.ride_step, {"verb": "no_show"}, name="ride-no-show"),
    path("drive/position/", views.position, name="position"),
    path("drive/sharing/", views.share_position, name="share-position"),
]
