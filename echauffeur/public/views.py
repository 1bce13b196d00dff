"""What everybody may open without signing in."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from echauffeur.accounts.models import phone_in_words
from echauffeur.accounts.queries import bases_of
from echauffeur.accounts.roles import Permission
from echauffeur.accounts.views.home import home
from echauffeur.bases.models import Base
from echauffeur.common.client import network_of
from echauffeur.common.limits import HOUR, Limit, take
from echauffeur.common.methods import get_or_post
from echauffeur.common.refusals import Refusal
from echauffeur.own_data.queries import what_is_kept
from echauffeur.public.actions import write
from echauffeur.public.forms import ContactForm
from tracking.queries import tile_servers

# A whole base may sit behind one address of the network.
FROM_ONE_NETWORK = Limit("contact-network", 30, HOUR)
FROM_ONE_PERSON = Limit("contact-person", 5, HOUR)


@login_not_required
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Say what the service is; whoever is signed in goes to their own work."""
    return home(request) if request.user.is_authenticated else render(request, "public/home.html")


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Say how it works, and whom to call: drivers see their own number too."""
    driven = {base.pk for base in bases_of(request.user, Permission.DRIVE)}
    own = getattr(request.user, "base_id", None)
    phones = [
        {
            "base": base.name,
            "is_own": base.pk == own,
            "number": base.phone_customers,
            "words": phone_in_words(base.phone_customers),
            "drivers_number": base.phone_drivers if base.pk in driven else "",
            "drivers_words": phone_in_words(base.phone_drivers) if base.pk in driven else "",
        }
        for base in Base.objects.all()
    ]
    return render(request, "public/help.html", {"phones": sorted(phones, key=lambda line: not line["is_own"])})


@login_not_required
@require_safe
def conditions(request: HttpRequest) -> HttpResponse:
    """Say what everybody agrees to."""
    return render(request, "public/conditions.html")


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say how far everybody can use the pages, what was tested, and how to complain."""
    return render(request, "public/accessibility.html")


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is kept about people, as the code itself has it."""
    return render(request, "public/privacy.html", {"kept": what_is_kept(), "tile_servers": tile_servers()})


@login_not_required
@get_or_post
def contact(request: HttpRequest) -> HttpResponse:
    """Take a message to the service."""
    if request.method != "POST":
        reply_to = request.user.email if request.user.is_authenticated else ""
        return render(request, "public/contact.html", {"form": ContactForm(initial={"reply_to": reply_to})})
    form, status = ContactForm(request.POST), 422
    if form.is_valid():
        try:
            if not form.is_trapped:  # a program is told the same, and nothing is kept
                _write(request, form)
            return redirect("contact-sent")
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
    return render(request, "public/contact.html", {"form": form}, status=status)


def _write(request: HttpRequest, form: ContactForm) -> None:
    """Keep the message. Raises Refusal when too many came from this place or person."""
    subject, words, reply_to = (form.cleaned_data[name] for name in ("subject", "words", "reply_to"))
    by = request.user if request.user.is_authenticated else None
    take(FROM_ONE_PERSON, str(by.pk) if by else reply_to.lower())
    take(FROM_ONE_NETWORK, network_of(request))
    write(subject=subject, words=words, reply_to=reply_to, by=by)


@login_not_required
@require_safe
def contact_sent(request: HttpRequest) -> HttpResponse:
    """Say that the message came in."""
    return render(request, "public/contact_sent.html")
