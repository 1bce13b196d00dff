from django.urls import path

from echauffeur.accounts.views import account

urlpatterns = [
    path("", account.account, name="account"),
    path("name/", account.change_name, name="account-name"),
    path("preferences/", account.choose_preferences, name="account-preferences"),
]
