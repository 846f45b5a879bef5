"""The words before and after a number that say what it is."""

import re

_OURS_BEFORE = re.compile(
    r"(?:\b(?:orders?|invoices?|tracking|tickets?|cases?|serial|reference|ref|parcel|article|sku"
    r"|transaction|shipment|item|model|product|version|firmware|build|release|batch|coupon"
    r"|bestell\w*|rechnungs?\w*|auftrags?\w*|sendungs?\w*|ticketnummer|pedido|factura|commande|facture"
    r"|fatura|encomenda|ordine|fattura)\b|#)"
    r"\W{0,3}(?:(?:numbers?|no|nr|num|id|is|are|code|nummer|número|numéro|numero|de|y|and|was)\b\W{0,3})"
    r"{0,3}$",
    re.IGNORECASE,
)
"""What stands before a number that is an order's or a product's."""

_OURS_AFTER = re.compile(
    r"^\W{0,3}(?:(?:is|was)\b\W{0,3})?(?:(?:my|the|our|your)\b\W{0,3})?"
    r"(?:orders?|invoice|tracking|ticket|reference|transaction)\b",
    re.IGNORECASE,
)


def is_our_number(text: str, start: int, end: int) -> bool:
    """Whether what stands there is called an order's, a parcel's or a product's number."""
    before = text[max(0, start - 48) : start]
    return bool(_OURS_BEFORE.search(before) or _OURS_AFTER.search(text[end : end + 32]))
