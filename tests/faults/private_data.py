"""Planted values of every kind that redaction promises, and texts that hold them."""

CUSTOMER = {
    "name": "Marisol Quintero",
    "first name": "Marisol",
    "family name": "Quintero",
    "e-mail": "finca.quintero@mail.example.net",
    "phone, Spain": "+34 612 345 678",
    "phone, Germany": "0049 30 901820-55",
    "phone, US": "(415) 555-0132",
    "phone, Japan": "+81-3-1234-5678",
    "card": "4111 1111 1111 1111",
    "IBAN": "DE89 3704 0044 0532 0130 00",
    "SSN": "536-22-8726",
    "national id": "12345678Z",
    "IPv4": "203.0.113.77",
    "IPv6": "2001:db8:85a3::8a2e:370:7334",
    "link with token": "https://shop.example.com/reset?token=Zx81kQpLm22",
    "API key": "sk-ant-api03-abcdefghijklmnop1234",
    "password": "Tulip!7482",
    "street": "48 Rosewood Avenue",
}
AGENTS_REPLY = {
    "other customer": "Tobias Ehrlich",
    "other family name": "Ehrlich",
    "other e-mail": "t.ehrlich@post.example.com",
    "other phone": "+43 660 1234567",
    "other IBAN": "AT61 1904 3002 3457 3201",
    "agent": "Henrike Vossberg",
}
GUIDELINES = {
    "lead": "Annegret Silberstein",
    "lead's phone": "+41 44 668 18 00",
    "lead's e-mail": "annegret.silberstein@staff.example",
}
EXAMPLES = {"example's customer": "Leopold Krautmann", "example's e-mail": "leo.k@post.example"}
PLANTED = CUSTOMER | AGENTS_REPLY | GUIDELINES | EXAMPLES
SURVIVES = ("LK-2026-004815", "49.90")

BODY = """My name is {name}. You reach me at {e-mail}, {phone, Spain}, {phone, Germany} or \
{phone, US}; my sister's phone: {phone, Japan}.
I paid with {card}, refund to IBAN {IBAN}. SSN {SSN}, my DNI is {national id}.
The hub was at {IPv4} and {IPv6}. My API key is {API key}, my password: {password}.
This link worked: {link with token}. I typed {password} twice.
Ship to {street}, Portland, OR 97201. It is order LK-2026-004815 over 49.90 EUR.

Best regards,
{name}""".format(**CUSTOMER)
MARISOL_AGAIN = "It is {first name} again, {phone, Spain}, password: {password}.".format(**CUSTOMER)
RESOLUTION = (
    "Dear {other customer},\n\nthe Sprig is made for soil, so in a mushroom substrate its readings "
    "are too high; a scale tells you more. I wrote to {other e-mail}, called {other phone} and "
    "your IBAN {other IBAN} is kept. Mr {other family name} may call back any time.\n\n"
    "Kind regards,\n{agent}"
).format(**AGENTS_REPLY)
GUIDELINE = (
    "Be kind. Questions go to {lead's e-mail} or {lead's phone}. The lead's name is {lead}.\n"
    "Kind regards,\n{lead}"
).format(**GUIDELINES)
EXAMPLE = "My name is {example's customer}, {example's e-mail}, why was I charged twice?".format(
    **EXAMPLES
)
