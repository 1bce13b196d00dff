from django.urls import path

from tracking.views import maps

urlpatterns = [
    path("bases/<slug:code>/map.json", maps.base_map, name="base-map"),
]
