from django.urls import path

from echauffeur.own_data import views

urlpatterns = [
    path("data/", views.my_data, name="my-data"),
    path("data.json", views.my_data_file, name="my-data-file"),
    path("delete/", views.delete, name="delete-account"),
]
