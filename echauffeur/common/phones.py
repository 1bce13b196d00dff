"""Phone numbers: stored as E.164, written by people as they like."""

import re

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Overseas numbers are written with ten digits too, but have a country's code of their own.
OVERSEAS = {
    "0262": "RE", "0263": "RE", "0692": "RE", "0693": "RE", "0269": "YT", "0639": "YT",
    "0590": "GP", "0690": "GP", "0691": "GP", "0594": "GF", "0694": "GF", "0596": "MQ", "0696": "MQ", "0697": "MQ",
}  # fmt: skip


def normal_phone(text: str) -> str:
    """Return the number in E.164, such as +33298221000.

    Raises ValidationError when nobody could be reached under it.
    """
    try:
        number = phonenumbers.parse(text, OVERSEAS.get(re.sub(r"\D", "", text)[:4], "FR"))
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise ValidationError(
            _("“%(text)s” is not a phone number. Write ten digits such as 06 12 34 56 78, or + and a country's code."),
            params={"text": text},
            code="phone",
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_in_words(number: str) -> str:
    """Return an E.164 number as people write it at home: 06 12 34 56 78."""
    try:
        parsed = phonenumbers.parse(number, "FR")
    except phonenumbers.NumberParseException:
        return number
    french = parsed.country_code == 33
    style = phonenumbers.PhoneNumberFormat.NATIONAL if french else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


def takes_texts(number: str) -> bool:
    """Return whether texts reach this E.164 number, and cost what texts cost: never a line of the premium kind."""
    mobile = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
    return phonenumbers.number_type(phonenumbers.parse(number)) in mobile
