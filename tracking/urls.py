from django.urls import path

from tracking import views

urlpatterns = [
    path("bases/<slug:code>/map.json", views.base_map, name="base-map"),
]
