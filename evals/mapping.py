"""How the labels of the public data sets map to Deskloop's default categories.

What fits no category is left out rather than guessed: `None`.
"""

BITEXT_CATEGORIES = {
    "ACCOUNT": "account",
    "REFUND": "billing",
    "INVOICE": "billing",
    "PAYMENT": "billing",
    "CANCELLATION_FEE": "billing",
    "DELIVERY": "shipping",
    "SHIPPING_ADDRESS": "shipping",
    "FEEDBACK": "general",
    "CONTACT": "general",
    "NEWSLETTER": "general",
}
BITEXT_ORDER_INTENTS = {"track_order": "shipping"}
BITEXT_HUMAN = "contact_human_agent"

BANKING77_INTENTS = {
    "shipping": ["card_arrival", "card_delivery_estimate"],
    "account": [
        "change_pin",
        "edit_personal_details",
        "passcode_forgotten",
        "pin_blocked",
        "terminate_account",
        "unable_to_verify_identity",
        "verify_my_identity",
        "why_verify_identity",
    ],
    "technical": [
        "apple_pay_or_google_pay",
        "card_not_working",
        "contactless_not_working",
        "virtual_card_not_working",
    ],
    "general": ["country_support", "fiat_currency_support", "supported_cards_and_currencies"],
    "billing": [
        "Refund_not_showing_up",
        "automatic_top_up",
        "balance_not_updated_after_bank_transfer",
        "balance_not_updated_after_cheque_or_cash_deposit",
        "beneficiary_not_allowed",
        "cancel_transfer",
        "card_payment_fee_charged",
        "card_payment_not_recognised",
        "card_payment_wrong_exchange_rate",
        "cash_withdrawal_charge",
        "cash_withdrawal_not_recognised",
        "declined_card_payment",
        "declined_cash_withdrawal",
        "declined_transfer",
        "direct_debit_payment_not_recognised",
        "exchange_charge",
        "exchange_rate",
        "exchange_via_app",
        "extra_charge_on_statement",
        "failed_transfer",
        "pending_card_payment",
        "pending_cash_withdrawal",
        "pending_top_up",
        "pending_transfer",
        "receiving_money",
        "request_refund",
        "reverted_card_payment?",
        "top_up_by_bank_transfer_charge",
        "top_up_by_card_charge",
        "top_up_by_cash_or_cheque",
        "top_up_failed",
        "top_up_limits",
        "top_up_reverted",
        "topping_up_by_card",
        "transaction_charged_twice",
        "transfer_fee_charged",
        "transfer_into_account",
        "transfer_not_received_by_recipient",
        "transfer_timing",
        "verify_top_up",
        "wrong_amount_of_cash_received",
        "wrong_exchange_rate_for_cash_withdrawal",
    ],
}
BANKING77_URGENT = {
    "card_payment_not_recognised",
    "cash_withdrawal_not_recognised",
    "compromised_card",
    "direct_debit_payment_not_recognised",
    "lost_or_stolen_card",
    "lost_or_stolen_phone",
}
BANKING77_EXTRA = {
    "compromised_card": "account",
    "lost_or_stolen_card": "account",
    "lost_or_stolen_phone": "account",
}
"""Trained on, not measured: the mapping names their urgency, not their category."""

BANKING77_URGENCY = {
    **dict.fromkeys(BANKING77_URGENT, "high"),
    **dict.fromkeys(
        [
            "card_arrival",
            "card_not_working",
            "contactless_not_working",
            "virtual_card_not_working",
            "declined_card_payment",
            "declined_cash_withdrawal",
            "declined_transfer",
            "failed_transfer",
            "pending_cash_withdrawal",
            "pending_top_up",
            "pin_blocked",
            "Refund_not_showing_up",
            "top_up_failed",
            "transaction_charged_twice",
            "transfer_not_received_by_recipient",
            "unable_to_verify_identity",
            "wrong_amount_of_cash_received",
        ],
        "medium",
    ),
    **dict.fromkeys(
        [
            "apple_pay_or_google_pay",
            "automatic_top_up",
            "card_delivery_estimate",
            "change_pin",
            "country_support",
            "edit_personal_details",
            "exchange_charge",
            "exchange_rate",
            "exchange_via_app",
            "fiat_currency_support",
            "supported_cards_and_currencies",
            "terminate_account",
            "top_up_by_card_charge",
            "top_up_limits",
            "transfer_timing",
            "why_verify_identity",
        ],
        "low",
    ),
}
"""Only where every sensible reader would agree; the data set itself has no urgency."""

_BANKING77_INTENTS = {
    "delivery_time": ["card_delivery_estimate"],
    "track_order": ["card_arrival"],
    "password_reset": ["change_pin", "passcode_forgotten", "pin_blocked"],
    "update_details": [
        "edit_personal_details",
        "unable_to_verify_identity",
        "verify_my_identity",
        "why_verify_identity",
    ],
    "delete_account": ["terminate_account"],
    "account_security": ["compromised_card", "lost_or_stolen_card", "lost_or_stolen_phone"],
    "device_fault": ["card_not_working", "contactless_not_working", "virtual_card_not_working"],
    "setup_help": ["apple_pay_or_google_pay"],
    "product_question": [
        "country_support",
        "fiat_currency_support",
        "supported_cards_and_currencies",
    ],
    "refund_request": ["Refund_not_showing_up", "request_refund", "reverted_card_payment?"],
    "double_charge": ["transaction_charged_twice"],
    "price_question": [
        "card_payment_fee_charged",
        "cash_withdrawal_charge",
        "exchange_charge",
        "exchange_rate",
        "top_up_by_bank_transfer_charge",
        "top_up_by_card_charge",
        "transfer_fee_charged",
    ],
    "unrecognised_charge": [
        "card_payment_not_recognised",
        "card_payment_wrong_exchange_rate",
        "cash_withdrawal_not_recognised",
        "direct_debit_payment_not_recognised",
        "extra_charge_on_statement",
        "wrong_amount_of_cash_received",
        "wrong_exchange_rate_for_cash_withdrawal",
    ],
    "payment_method": [
        "automatic_top_up",
        "exchange_via_app",
        "receiving_money",
        "top_up_by_cash_or_cheque",
        "top_up_limits",
        "topping_up_by_card",
        "transfer_into_account",
        "verify_top_up",
    ],
}
_BITEXT_INTENTS = {
    "cancel_subscription": ["check_cancellation_fee"],
    "change_address": ["change_shipping_address", "set_up_shipping_address"],
    "complaint": ["complaint"],
    "contact_or_hours": ["contact_customer_service", "contact_human_agent"],
    "delete_account": ["delete_account"],
    "delivery_cost_or_country": ["delivery_options"],
    "delivery_time": ["delivery_period"],
    "invoice_copy": ["check_invoice", "get_invoice"],
    "login_problem": ["create_account", "registration_problems"],
    "newsletter_or_referral": ["newsletter_subscription"],
    "other": ["review"],
    "password_reset": ["recover_password"],
    "payment_failed": ["payment_issue"],
    "payment_method": ["check_payment_methods"],
    "refund_request": ["check_refund_policy", "get_refund", "track_refund"],
    "track_order": ["track_order"],
    "update_details": ["edit_account", "switch_account"],
}


def _inverted(groups: dict[str, list[str]]) -> dict[str, str]:
    return {intent: name for name, intents in groups.items() for intent in intents}


_BANKING77 = _inverted(BANKING77_INTENTS)
_BANKING77_TO_OURS = _inverted(_BANKING77_INTENTS)
_BITEXT_TO_OURS = _inverted(_BITEXT_INTENTS)


def bitext_category(category: str, intent: str) -> str | None:
    """The default category of a Bitext row; None for orders other than tracking."""
    if category == "ORDER":
        return BITEXT_ORDER_INTENTS.get(intent)
    return BITEXT_CATEGORIES.get(category)


def banking77_category(intent: str) -> str | None:
    """The default category of a Banking77 intent; None where the mapping says nothing."""
    return _BANKING77.get(intent)


def banking77_intent(intent: str) -> str:
    """The taxonomy's intent nearest to a Banking77 one; what is left over are failed payments."""
    return _BANKING77_TO_OURS.get(intent, "payment_failed")


def bitext_intent(intent: str) -> str:
    """The taxonomy's intent nearest to a Bitext one."""
    return _BITEXT_TO_OURS[intent]
