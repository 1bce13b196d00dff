"""What people of the demo wrote with the contact form."""

from datetime import datetime, timedelta

from echauffeur.accounts.models import User
from echauffeur.demo import accounts
from echauffeur.public.models import ContactMessage, ContactState


def write_letters(now: datetime) -> None:
    """Write one question that waits for an administrator, and one that has its answer."""
    camille = User.objects.get(email=accounts.CUSTOMER.email)
    claire = User.objects.get(email=accounts.ADMINISTRATOR.email)
    ContactMessage.objects.bulk_create(
        [
            ContactMessage(
                subject_line="Chapeau oublié dans la Zoé",
                words="Bonjour,\n\nj’ai oublié mon chapeau sur la banquette arrière ce matin. Il est bleu. "
                "Le conducteur l’a-t-il retrouvé ?\n\nMerci !",
                reply_to=camille.email,
                person=camille,
                written_at=now - timedelta(hours=3),
            ),
            ContactMessage(
                subject_line="Un arrêt au nouveau gymnase ?",
                words="Le nouveau gymnase n’est pas dans la liste des lieux. Pourriez-vous l’ajouter ?",
                reply_to="visiteur@demo.example",
                written_at=now - timedelta(days=4),
                state=ContactState.ANSWERED,
                answer="Bonjour,\n\nl’administrateur de votre base vient de l’ajouter. Bonnes courses !",
                answered_by=claire,
                answered_at=now - timedelta(days=3),
            ),
        ]
    )
