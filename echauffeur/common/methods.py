"""How a page is asked for, beside Django's own ``require_safe`` and ``require_POST``."""

from django.views.decorators.http import require_http_methods

# A page with a form: it is shown, and it is sent.
get_or_post = require_http_methods(["GET", "HEAD", "POST"])
