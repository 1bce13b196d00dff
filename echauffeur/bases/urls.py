from django.urls import path

from echauffeur.bases import views

urlpatterns = [
    path("places/", views.places, name="places"),
]
