from django.urls import path

from echauffeur.public import views

urlpatterns = [
    path("", views.front, name="home"),
    path("help/", views.help_page, name="help"),
    path("conditions/", views.conditions, name="conditions"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("privacy/", views.privacy, name="privacy"),
    path("contact/", views.contact, name="contact"),
    path("contact/sent/", views.contact_sent, name="contact-sent"),
]
