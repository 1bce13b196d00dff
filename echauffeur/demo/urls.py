from django.urls import path

from echauffeur.demo import views

urlpatterns = [
    path("", views.demo, name="demo"),
    path("mail/", views.mailbox, name="demo-mail"),
]
